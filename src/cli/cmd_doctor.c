/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug doctor`: a live device and, with files, its configuration into one diagnosis for each device. Called by main.c.
 */
#include <stdlib.h>

#include "diag_files_priv.h"
#include "handlers_priv.h"

static void say(void *user, const char *sentence)
{
	tug_out_talk(user, "%s", sentence);
}

/* The report as this turn's result. */
static void show(struct tug_turn *t, struct tug_diag *d)
{
	const struct tug_report *r = NULL;

	if (t->cli->out.json) {
		char *text = tug_diag_report(d, &r) == TUG_OK ? tug_report_json(r) : NULL;

		t->doc = text != NULL ? cJSON_Parse(text) : NULL;
		free(text);
		if (t->doc == NULL) {
			t->exit = tug_local_error(t->cli, TUG_EINTERNAL, "out of memory");
			return;
		}
	} else {
		t->exit = tug_diag_show(t->cli, d, &r);
	}
	if (t->exit == TUG_EXIT_DONE && r->n_findings > 0 && r->findings[0].severity == TUG_SEV_BLOCKING) {
		t->exit = TUG_EXIT_REFUSED;
	}
}

static void examine(struct tug_turn *t)
{
	struct tug_doctor_cfg cfg = { tug_args_has(t->cli->args, "deep"), say, &t->cli->out };
	struct tug_diag *d;
	int err;

	if (tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK) {
		t->exit = tug_local_error(t->cli, TUG_EINTERNAL, "out of memory");
		return;
	}
	for (size_t i = 0; i < t->cli->args->n_pos && t->exit == TUG_EXIT_DONE; i++) {
		t->exit = tug_diag_take(t->cli, d, t->cli->args->pos[i]);
	}
	if (t->exit == TUG_EXIT_DONE) {
		err = tug_session_doctor(t->s, d, &cfg);
		if (err != TUG_OK) {
			tug_turn_fail(t, err, NULL, NULL);
		} else {
			show(t, d);
		}
	}
	tug_diag_free(d);
}

int tug_cmd_doctor(struct tug_cli *cli)
{
	return tug_each_device(cli, examine, NULL);
}
