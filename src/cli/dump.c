/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames made readable: header, names from the table of commands, body as JSON, return codes with their text.
 * Refuses nothing: what is broken is shown and called broken. Called by decode and by -v.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp_text.h>

#include "cli_priv.h"
#include "dump_priv.h"
#include "json_cbor_priv.h"

static const char *const op_names[8] = {
	"read", "read-rsp", "write", "write-rsp", "op4", "op5", "op6", "op7",
};

static const char *command_name(const struct tug_smp_hdr *h)
{
	uint8_t op = (h->op & 2u) != 0 ? TUG_SMP_WRITE : TUG_SMP_READ;
	const struct tug_smp_cmd_text *row = tug_smp_cmd_text(h->group, h->id, op);

	return row != NULL ? row->name : NULL;
}

static bool is_response(const struct tug_smp_hdr *h)
{
	return h->op == TUG_SMP_READ_RSP || h->op == TUG_SMP_WRITE_RSP;
}

/* Why the frame is not whole, or NULL. Fills `body` with what there is of it. */
static const char *split(struct tug_slice frame, struct tug_smp_hdr *h, struct tug_slice *body)
{
	size_t there;

	if (tug_smp_hdr_decode(frame, h) != TUG_OK) {
		return "shorter than a header of 8 octets";
	}
	there = frame.len - TUG_SMP_HDR_LEN;
	*body = tug_slice_of(frame.p + TUG_SMP_HDR_LEN, there < h->len ? there : h->len);
	return there < h->len ? "cut off: fewer octets than the header says"
	       : there > h->len ? "more octets than the header says"
				: NULL;
}

static bool status_of(const struct tug_smp_hdr *h, struct tug_slice body, struct tug_smp_status *st)
{
	return is_response(h) && tug_smp_status_read(body, h->group, st) == TUG_OK && st->failed;
}

cJSON *tug_dump_json(struct tug_slice frame)
{
	cJSON *j = cJSON_CreateObject(), *content;
	struct tug_slice body = tug_slice_of(NULL, 0);
	struct tug_smp_status st;
	struct tug_smp_hdr h;
	const char *broken = split(frame, &h, &body);
	const char *group, *name;

	if (broken != NULL) {
		cJSON_AddStringToObject(j, "broken", broken);
	}
	if (frame.len < TUG_SMP_HDR_LEN) {
		cJSON_AddItemToObject(j, "octets", tug_json_hex(frame));
		return j;
	}
	group = tug_smp_group_name(h.group);
	name = command_name(&h);
	cJSON_AddStringToObject(j, "op", op_names[h.op]);
	cJSON_AddNumberToObject(j, "version", h.version + 1);
	cJSON_AddNumberToObject(j, "group", h.group);
	cJSON_AddStringToObject(j, "group_name", group != NULL ? group : "");
	cJSON_AddNumberToObject(j, "id", h.id);
	cJSON_AddStringToObject(j, "command", name != NULL ? name : "");
	cJSON_AddNumberToObject(j, "seq", h.seq);
	cJSON_AddNumberToObject(j, "flags", h.flags);
	cJSON_AddNumberToObject(j, "len", h.len);
	content = tug_json_of_cbor(body);
	if (content != NULL) {
		cJSON_AddItemToObject(j, "body", content);
	} else if (body.len > 0) {
		cJSON_AddItemToObject(j, "body_octets", tug_json_hex(body));
	}
	if (status_of(&h, body, &st)) {
		char text[256];

		tug_status_text(&st, text, sizeof(text));
		cJSON_AddItemToObject(j, "error",
				      tug_error_json(st.legacy && st.rc == TUG_RC_NOTSUP ? TUG_ENOTSUP : TUG_EREMOTE,
						     text, "", &st));
	}
	return j;
}

/* The body as JSON; what is no CBOR as hex in quotes, and a word about it. */
static char *body_text(struct tug_slice body, const char **note)
{
	cJSON *j = tug_json_of_cbor(body);
	char *text;

	*note = "";
	if (j == NULL && body.len > 0) {
		j = tug_json_hex(body);
		*note = " [body is no CBOR]";
	}
	text = j != NULL ? cJSON_PrintUnformatted(j) : NULL;
	cJSON_Delete(j);
	return text;
}

static char *short_line(struct tug_slice frame, const char *broken)
{
	const char *note;
	char *text = body_text(frame, &note);
	size_t cap = (text != NULL ? strlen(text) : 0) + 128;
	char *line = malloc(cap);

	if (line != NULL) {
		snprintf(line, cap, "%s [%s]", text != NULL ? text : "", broken);
	}
	cJSON_free(text);
	return line;
}

/* "write v2 IMG 1 (image upload) seq 3 len 104" */
static void head_text(const struct tug_smp_hdr *h, char *dst, size_t cap)
{
	const char *group = tug_smp_group_name(h->group), *name = command_name(h);
	char number[16], command[80] = "";

	snprintf(number, sizeof(number), "%u", h->group);
	if (name != NULL) {
		snprintf(command, sizeof(command), " (%s)", name);
	}
	snprintf(dst, cap, "%s v%u %s %u%s seq %u len %u", op_names[h->op], h->version + 1u,
		 group != NULL ? group : number, h->id, command, h->seq, h->len);
}

char *tug_dump_line(struct tug_slice frame)
{
	struct tug_slice body = tug_slice_of(NULL, 0);
	struct tug_smp_hdr h;
	const char *broken = split(frame, &h, &body), *note;
	struct tug_smp_status st;
	char head[160], status[320] = "";
	char *text, *line;
	size_t cap;

	if (frame.len < TUG_SMP_HDR_LEN) {
		return short_line(frame, broken);
	}
	text = body_text(body, &note);
	if (status_of(&h, body, &st)) {
		strcpy(status, " = ");
		tug_status_text(&st, status + 3, sizeof(status) - 3);
	}
	head_text(&h, head, sizeof(head));
	cap = (text != NULL ? strlen(text) : 0) + sizeof(head) + sizeof(status) + 128;
	line = malloc(cap);
	if (line != NULL) {
		snprintf(line, cap, "%s %s%s%s%s%s%s", head, text != NULL ? text : "", note, status,
			 broken != NULL ? " [" : "", broken != NULL ? broken : "", broken != NULL ? "]" : "");
	}
	cJSON_free(text);
	return line;
}
