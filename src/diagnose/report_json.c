/* SPDX-License-Identifier: Apache-2.0
 *
 * A report for programs: the document of docs/diagnosis.md.
 */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "report_priv.h"

static cJSON *evidence_json(const struct tug_report *r, const struct tug_evidence *e)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "file", e->input < r->n_inputs ? r->inputs[e->input].name : "");
	cJSON_AddNumberToObject(j, "line", e->line);
	cJSON_AddStringToObject(j, "text", e->text);
	return j;
}

static cJSON *finding_json(const struct tug_report *r, const struct tug_finding *f)
{
	cJSON *j = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(j, "id", f->id);
	cJSON_AddStringToObject(j, "severity", tug_severity_name(f->severity));
	cJSON_AddStringToObject(j, "certainty", tug_certainty_name(f->certainty));
	cJSON_AddStringToObject(j, "title", f->title);
	cJSON_AddStringToObject(j, "cause", f->cause);
	list = cJSON_AddArrayToObject(j, "evidence");
	for (size_t i = 0; i < f->n_evidence; i++) {
		cJSON_AddItemToArray(list, evidence_json(r, &f->evidence[i]));
	}
	cJSON_AddStringToObject(j, "fix", f->fix);
	if (f->certainty == TUG_POSSIBLE) {
		cJSON_AddStringToObject(j, "settle", f->settle);
	}
	list = cJSON_AddArrayToObject(j, "commands");
	for (size_t i = 0; i < f->n_commands; i++) {
		cJSON_AddItemToArray(list, cJSON_CreateString(f->commands[i]));
	}
	cJSON_AddStringToObject(j, "source", f->source);
	return j;
}

char *tug_report_json(const struct tug_report *r)
{
	cJSON *j = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(j, "findings");
	char *text;

	for (size_t i = 0; i < r->n_findings; i++) {
		cJSON_AddItemToArray(list, finding_json(r, &r->findings[i]));
	}
	list = cJSON_AddArrayToObject(j, "inputs");
	for (size_t i = 0; i < r->n_inputs; i++) {
		cJSON *in = cJSON_CreateObject();

		cJSON_AddStringToObject(in, "file", r->inputs[i].name);
		cJSON_AddStringToObject(in, "kind", r->inputs[i].kind);
		cJSON_AddNumberToObject(in, "lines", (double)r->inputs[i].lines);
		cJSON_AddNumberToObject(in, "understood", (double)r->inputs[i].known);
		cJSON_AddItemToArray(list, in);
	}
	cJSON_AddStringToObject(j, "verdict", r->verdict);
	text = cJSON_PrintUnformatted(j);
	cJSON_Delete(j);
	return text;
}
