/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: clients that are seen less often: nrfutil mcu-manager, the Rust mcumgr-client, the web page mcumgr-web.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"
#include "readers_priv.h"

/* The form a frame was printed in. */
enum form {
	SERIALIZED,
	RESULT,
};

struct state {
	bool image_head;  /* the line before was "Image" */
	bool rust;        /* a line of mcumgr-client was seen */
	bool json;        /* a JSON object is printed over lines */
	struct tug_dg_dump_once once[2];
	struct tug_dg_dump_run run;
	struct tug_dg_dump_list list;
	uint8_t octets[TUG_DUMP_SERIAL_MAX];
};

/* ---- mcumgr-client ----------------------------------------------------------------------------------------------- */

static void take_frame(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	if (tug_dg_dump_once(&st->once[sent], sent ? SERIALIZED : RESULT, octets) && tug_dg_dump_frames(d, l, sent, octets) > 0) {
		st->run.real = st->run.open;
	}
}

/* "result string: ABADAAAG...": length, frame and checksum in base64. */
static void take_result(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));

	text = tug_dg_trim(text);
	if (tug_base64_decode(text, &out) == TUG_OK && out.len > 4 && tug_be16(out.p) == out.len - 2) {
		take_frame(d, st, l, false, tug_slice_of(out.p + 2, out.len - 4));
	}
}

static void take_serialized(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));

	text = tug_dg_trim(text);
	text.len -= text.len % 2;
	if (tug_hex_decode(text, &out) == TUG_OK) {
		take_frame(d, st, l, true, tug_buf_slice(&out));
	}
}

static void take_rust_message(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice msg)
{
	struct tug_slice rest;
	uint64_t rc;

	if (tug_dg_starts(msg, "serialized: ", &rest)) {
		take_serialized(d, st, l, rest);
	} else if (tug_dg_starts(msg, "result string: ", &rest)) {
		take_result(d, st, l, rest);
	} else if (tug_dg_starts(msg, "response: {", NULL) || tug_dg_starts(msg, "response_body: {", NULL)) {
		st->json = true;
	} else if (tug_dg_starts(msg, "send image list request", NULL)) {
		tug_dg_dump_run_named(d, l, &st->run, TUG_SMP_READ, TUG_GRP_IMG, 0);
	} else if (tug_dg_starts(msg, "upload file:", NULL)) {
		tug_dg_dump_run_named(d, l, &st->run, TUG_SMP_WRITE, TUG_GRP_IMG, 1);
	} else if (tug_dg_starts(msg, "upload took", NULL)) {
		tug_dg_dump_run_done(d, l, &st->run);
	} else if (tug_dg_starts(msg, "Error: rc = ", &rest) && tug_dg_number(&rest, &rc) && rc < 1000) {
		tug_dg_dump_run_code(d, l, &st->run, (int32_t)rc, -1);
	} else if (tug_dg_starts(msg, "Error: ", NULL) && tug_dg_find(msg, "timed out") != NULL) {
		tug_dg_dump_run_silent(d, l, &st->run);
	}
}

/* "19:01:19 [DEBUG] (1) mcumgr_client::transfer: text", "19:01:19 [INFO] text" */
static bool take_rust(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice s = text, word, module;
	int64_t ms;

	if (s.len < 12 || !isdigit(s.p[0]) || !tug_dg_clock(&s, &ms)) {
		return false;
	}
	word = tug_dg_word(&s);
	if (word.len < 6 || word.p[0] != '[' || word.p[word.len - 1] != ']') {
		return false;
	}
	s = tug_dg_trim(s);
	module = tug_dg_after(s, "mcumgr_client::");
	if (module.p != NULL) {
		st->rust = true;
		s = tug_dg_after(module, ": ");
	}
	if (!st->rust || s.p == NULL) {
		return false;
	}
	l->ms = ms;
	l->level = (char)word.p[1];
	l->body = s;
	st->json = false;
	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_OTHER_CLIENT);
	take_rust_message(d, st, l, s);
	return true;
}

/* Lines of the JSON object that a message began. */
static bool take_json(struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	if (!st->json) {
		return false;
	}
	if (tug_dg_is(text, "}") && !st->list.slot_open) {
		st->json = false;
	}
	return tug_dg_dump_list_json(&st->list, l, text) || tug_dg_is(text, "}") || tug_dg_is(text, "]") ||
	       tug_dg_is(text, "],") || (text.len > 0 && text.p[0] == '"');
}

/* ---- nrfutil ------------------------------------------------------------------------------------------------------ */

/* "Image", then "slot: 0" or "image number: 0", then fields. */
static bool take_util(struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	bool head = st->image_head;

	st->image_head = tug_dg_is(text, "Image") || tug_dg_is(text, "Image:");
	if (st->image_head) {
		st->list.slot_open = false;
		return st->list.open || st->run.open;
	}
	if (head && (tug_dg_starts(text, "slot:", NULL) || tug_dg_starts(text, "image number:", NULL))) {
		tug_dg_dump_list_slot(&st->list, l);
	}
	return !st->json && st->list.slot_open && tug_dg_dump_list_line(&st->list, text);
}

/* A JSON line that holds an image list. */
static bool take_json_line(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	static const struct tug_smp_hdr h = { .op = TUG_SMP_READ_RSP, .group = TUG_GRP_IMG };
	const uint8_t *at = text.len > 0 && text.p[0] == '{' ? tug_dg_find(text, "{\"images\":[{") : NULL;
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));

	if (at == NULL || !tug_dg_cbor_of_json(&h, tug_slice_of(at, text.len - (size_t)(at - text.p)), &out)) {
		return false;
	}
	if (st->run.open && st->run.cli.hdr.group == TUG_GRP_IMG && st->run.cli.hdr.id == 0) {
		tug_dg_dump_run_answered(d, &st->run, &h);
	}
	tug_dg_dump_made(d, l, &h, false, tug_buf_slice(&out));
	return true;
}

/* ---- mcumgr-web --------------------------------------------------------------------------------------------------- */

static bool take_web(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	if (tug_dg_may(l, "Upload chunk timeout, retry") && tug_dg_find(text, "Upload chunk timeout, retry") != NULL) {
		tug_dg_silent(d, l, NULL);
		return true;
	}
	return tug_dg_may(l, "[DEBUG] Image") && (tug_dg_find(text, "[DEBUG] Image state response:") != NULL || tug_dg_find(text, "[DEBUG] Images array:") != NULL);
}

/* ------------------------------------------------------------------------------------------------------------------- */

static bool take_cli(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_dump_cli cli;

	if (!tug_dg_dump_cli_of(l, text, TUG_SRC_OTHER_CLIENT, &cli)) {
		return false;
	}
	tug_dg_dump_run_begin(d, l, &st->run, &cli);
	return true;
}

static bool take_line(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	if (text.len == 0) {
		return false;
	}
	if (take_rust(d, st, l, text) || take_json(st, l, text) || take_util(st, l, text)) {
		return true;
	}
	if (!st->image_head) {
		tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_OTHER_CLIENT);
	}
	return take_cli(d, st, l, text) || take_json_line(d, st, l, text) || take_web(d, l, text);
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	l->src |= TUG_SRC_OTHER_CLIENT;
	if (take_line(d, state, l, tug_dg_lean(l))) {
		return TUG_MINE;
	}
	l->src &= (uint16_t)~TUG_SRC_OTHER_CLIENT;
	return TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_OTHER_CLIENT);
	tug_dg_dump_run_end(d, &st->run);
}

const struct tug_reader tug_reader_others = {
	.kind = "output of another client",
	.expect = "output of nrfutil mcu-manager or mcumgr-client",
	.src = TUG_SRC_OTHER_CLIENT,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
