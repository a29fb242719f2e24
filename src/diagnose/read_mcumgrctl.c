/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: mcumgrctl of mcumgr-toolkit: its lists, its chains of causes, and with RUST_LOG=debug the bodies it sends
 * and receives. Headers are not printed: the command is known by the keys of the bodies and by the order of things.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_body.h>

#include "dump_priv.h"
#include "readers_priv.h"

#define SLOTS_MAX 4u

struct state {
	struct tug_dg_dump_days days;
	bool started;            /* a session began: its first request reads the parameters */
	bool error;              /* inside a chain of causes */
	bool brace;              /* the line before was "{" */
	bool tx;                 /* `body` was sent and not answered */
	bool told;               /* it was given to the tracker */
	bool after_state_write;  /* the latest answer was to a write of image state */
	struct tug_smp_hdr hdr;  /* its command, once known */
	bool hdr_known;
	struct tug_dg_dump_at tx_at;
	size_t body_len;
	size_t untold_len;       /* octets of `answer` that came to a request of unknown command */
	struct tug_dg_dump_at untold_at;
	uint8_t body[TUG_DG_LINE_MAX / 2];
	uint8_t answer[TUG_DG_LINE_MAX / 2];
	struct tug_dg_dump_run run;
	struct tug_dg_dump_list list;
	/* slot-info under way */
	bool slots;
	struct tug_dg_dump_at slots_at;
	uint8_t image, n_slots, slot[SLOTS_MAX];
	uint64_t size[SLOTS_MAX];
	uint64_t max_size;
};

/* ---- bodies ---------------------------------------------------------------------------------------------------- */

/* Does the map have this key at its top? */
static bool has_key(struct tug_slice map, const char *key)
{
	struct tug_list it;
	struct tug_slice item;
	bool is_key = true;

	if (tug_list_begin_map(map, &it) != TUG_OK) {
		return false;
	}
	while (tug_list_next(&it, &item) == 1) {
		struct tug_value v;

		if (is_key && tug_item_decode(item, TUG_T_TSTR, &v) == TUG_OK && tug_dg_is(v.v.s, key)) {
			return true;
		}
		is_key = !is_key;
	}
	return false;
}

static bool hdr_is(struct tug_smp_hdr *h, uint8_t op, uint16_t group, uint8_t id)
{
	memset(h, 0, sizeof(*h));
	h->version = TUG_SMP_V2;
	h->op = op;
	h->group = group;
	h->id = id;
	return true;
}

static bool guess_by_request(struct tug_slice tx, struct tug_smp_hdr *h)
{
	if (has_key(tx, "off") && has_key(tx, "name")) {
		return hdr_is(h, has_key(tx, "data") ? TUG_SMP_WRITE : TUG_SMP_READ, TUG_GRP_FS, 0);
	}
	if (has_key(tx, "off")) {
		return hdr_is(h, TUG_SMP_WRITE, TUG_GRP_IMG, 1);
	}
	if (has_key(tx, "confirm")) {
		return hdr_is(h, TUG_SMP_WRITE, TUG_GRP_IMG, 0);
	}
	if (has_key(tx, "d")) {
		return hdr_is(h, TUG_SMP_WRITE, TUG_GRP_OS, 0);
	}
	if (has_key(tx, "query")) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_OS, 8);
	}
	if (has_key(tx, "slot")) {
		return hdr_is(h, TUG_SMP_WRITE, TUG_GRP_IMG, 5);
	}
	if (has_key(tx, "argv")) {
		return hdr_is(h, TUG_SMP_WRITE, TUG_GRP_SHELL, 0);
	}
	return false;
}

static bool guess_by_answer(struct tug_slice rx, struct tug_smp_hdr *h)
{
	if (has_key(rx, "buf_size")) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_OS, 6);
	}
	if (has_key(rx, "images")) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_IMG, tug_dg_find(rx, "eslots") != NULL ? 6 : 0);
	}
	if (has_key(rx, "bootloader") || has_key(rx, "mode")) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_OS, 8);
	}
	if (has_key(rx, "tasks")) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_OS, 2);
	}
	return false;
}

/* Empty request, answer without a key of its own: what is due now? */
static bool guess_by_order(const struct state *st, struct tug_smp_hdr *h)
{
	if (st->started) {
		return hdr_is(h, TUG_SMP_READ, TUG_GRP_OS, 6);
	}
	if (st->run.open && !st->run.cli.update) {
		*h = st->run.cli.hdr;
		h->version = TUG_SMP_V2;
		return true;
	}
	return st->after_state_write && hdr_is(h, TUG_SMP_WRITE, TUG_GRP_OS, 5);
}

/* Give the request under way to the tracker, when its command is known. */
static bool tell_request(struct tug_diag *d, struct state *st, struct tug_slice rx)
{
	struct tug_slice tx = tug_slice_of(st->body, st->body_len);
	struct tug_dg_line l = tug_dg_dump_line(&st->tx_at);

	if (!st->tx || st->told) {
		return st->told;
	}
	if (!guess_by_request(tx, &st->hdr) && !guess_by_answer(rx, &st->hdr) && !guess_by_order(st, &st->hdr)) {
		return false;
	}
	st->told = true;
	st->started = false;
	tug_dg_dump_made(d, &l, &st->hdr, false, tx);
	if (st->run.open && st->run.cli.hdr.group == st->hdr.group && st->run.cli.hdr.id == st->hdr.id) {
		st->run.real = true;
	}
	return true;
}

static void take_tx(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice hex)
{
	struct tug_buf out = tug_buf_of(st->body, sizeof(st->body));
	static const struct tug_slice none = { NULL, 0 };

	if (st->untold_len == 0) {
		tell_request(d, st, none);
	}
	st->untold_len = 0;
	hex = tug_dg_trim(hex);
	hex.len -= hex.len % 2;
	st->tx = tug_hex_decode(hex, &out) == TUG_OK && out.len > 0;
	st->told = false;
	st->body_len = out.len;
	tug_dg_dump_keep(&st->tx_at, l);
}

static void take_rx(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice hex)
{
	struct tug_buf out = tug_buf_of(st->answer, sizeof(st->answer));
	struct tug_smp_hdr h;

	hex = tug_dg_trim(hex);
	hex.len -= hex.len % 2;
	if (tug_hex_decode(hex, &out) != TUG_OK || out.len == 0) {
		return;
	}
	if (!st->tx) { /* the paste begins with an answer */
		st->after_state_write = false;
		if (guess_by_answer(tug_buf_slice(&out), &h)) {
			h.op |= 1u;
			tug_dg_dump_made(d, l, &h, false, tug_buf_slice(&out));
		}
		return;
	}
	if (tell_request(d, st, tug_buf_slice(&out))) {
		h = st->hdr;
		h.op |= 1u;
		tug_dg_dump_made(d, l, &h, false, tug_buf_slice(&out));
		st->after_state_write = h.op == TUG_SMP_WRITE_RSP && h.group == TUG_GRP_IMG && h.id == 0;
		st->tx = false;
		return;
	}
	st->untold_len = out.len;
	tug_dg_dump_keep(&st->untold_at, l);
}

/* ---- log lines ------------------------------------------------------------------------------------------------- */

static void unanswered(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	static const struct tug_slice none = { NULL, 0 };

	if (tell_request(d, st, none)) {
		tug_dg_silent(d, l, NULL);
	}
}

/* The parameters could not be read; without debug output this is all that tells of it. */
static void no_params(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_smp_hdr h;
	static const uint8_t empty = 0xa0;

	hdr_is(&h, TUG_SMP_READ, TUG_GRP_OS, 6);
	if (!st->told && (st->untold_len > 0 || st->tx_at.no == 0)) {
		struct tug_dg_line at = st->untold_len > 0 ? tug_dg_dump_line(&st->tx_at) : *l;

		tug_dg_dump_made(d, &at, &h, false, tug_slice_of(&empty, 1));
	}
	if (!st->told && st->untold_len > 0) {
		struct tug_dg_line at = tug_dg_dump_line(&st->untold_at);

		h.op = TUG_SMP_READ_RSP;
		tug_dg_dump_made(d, &at, &h, false, tug_slice_of(st->answer, st->untold_len));
	}
	st->started = false;
	st->tx = false;
	st->untold_len = 0;
}

/* Is this why nothing came? */
static bool is_silence(struct tug_slice text)
{
	return tug_dg_find(text, "timeout occurred") != NULL || tug_dg_find(text, "timed out") != NULL ||
	       tug_dg_find(text, "Connection refused") != NULL;
}

static void take_reason(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice code = tug_dg_after(text, "Device returned error code: ");
	int32_t rc;
	int group;

	if (code.p != NULL && tug_dg_dump_code_of(code, &rc, &group)) {
		tug_dg_code(d, l, rc, group);
	} else if (is_silence(text)) {
		tug_dg_silent(d, l, NULL);
	}
}

static void take_log(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice msg)
{
	struct tug_slice rest;

	if (tug_dg_starts(msg, "TX data: ", &rest)) {
		take_tx(d, st, l, rest);
	} else if (tug_dg_starts(msg, "RX data: ", &rest)) {
		take_rx(d, st, l, rest);
	} else if (tug_dg_starts(msg, "Retry transmission, error occurred", NULL)) {
		unanswered(d, st, l);
	} else if (tug_dg_starts(msg, "Resolved addresses", NULL) || tug_dg_starts(msg, "Connecting to ", NULL)) {
		st->started = true;
		tug_dg_copy(tug_dg_facts(d)->smp.client.transport, 8, tug_slice_of((const uint8_t *)"udp", 3));
	} else if (tug_dg_starts(msg, "Failed to read SMP frame size", NULL)) {
		no_params(d, st, l);
	} else if (tug_dg_starts(msg, "Reason: ", &rest)) {
		take_reason(d, l, rest);
	} else if (tug_dg_starts(msg, "Using frame size", NULL)) {
		st->started = false;
	}
}

/* "[2026-11-25T02:41:52Z DEBUG mcumgr_toolkit::connection] text" */
static bool take_env_logger(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice s, word;
	const uint8_t *end;
	int64_t ms;

	if (!tug_dg_starts(text, "[", &s) || (end = tug_dg_find(text, "] ")) == NULL || !tug_dg_dump_time(&st->days, &s, &ms) || !tug_dg_starts(s, "Z ", &s)) {
		return false;
	}
	word = tug_dg_word(&s);
	if (word.len == 0 || !tug_dg_starts(tug_dg_trim(s), "mcumgr", NULL)) {
		return false;
	}
	l->ms = ms;
	l->level = (char)word.p[0];
	l->body = tug_slice_of(end + 2, text.len - (size_t)(end + 2 - text.p));
	take_log(d, st, l, l->body);
	return true;
}

/* ---- causes ---------------------------------------------------------------------------------------------------- */

/* `text` without the lines of a tree ("├─▶", "╰─▶", "×", or their ASCII forms). Result: there were some. */
static bool strip_tree(struct tug_slice *text)
{
	static const char *const marks[] = { "\xc3\x97 ", "\xe2\x94\x9c\xe2\x94\x80\xe2\x96\xb6 ",
					     "\xe2\x95\xb0\xe2\x94\x80\xe2\x96\xb6 ", "\xe2\x94\x82 ", "x ", "|-> ", "`-> ", "| " };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (tug_dg_starts(*text, marks[i], text)) {
			*text = tug_dg_trim(*text);
			return true;
		}
	}
	return false;
}

static bool take_cause(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice code;
	int32_t rc;
	int group;

	if (tug_dg_starts(text, "Error: mcumgrctl::", NULL) || tug_dg_starts(text, "Error: mcumgr_toolkit::", NULL)) {
		st->error = true;
		return true;
	}
	if (!st->error || text.len == 0) {
		return false;
	}
	st->error = strip_tree(&text);
	if (!st->error) {
		return false;
	}
	code = tug_dg_after(text, "Device returned error code: ");
	if (code.p != NULL && tug_dg_dump_code_of(code, &rc, &group)) {
		tug_dg_dump_run_code(d, l, &st->run, rc, group);
	} else if (is_silence(text)) {
		unanswered(d, st, l);
		if (!st->told) {
			tug_dg_dump_run_silent(d, l, &st->run);
		}
	}
	return true;
}

/* ---- lists ------------------------------------------------------------------------------------------------------ */

/* "Image 0, Slot 1:" */
static bool take_heading(struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	uint64_t image, slot;

	if (!tug_dg_starts(text, "Image ", &text) || !tug_dg_number(&text, &image) || !tug_dg_starts(text, ", Slot ", &text) ||
	    !tug_dg_number(&text, &slot) || !tug_dg_is(text, ":") || image > 31 || slot > 31) {
		return false;
	}
	tug_dg_dump_list_slot(&st->list, l);
	if (st->list.slot_open) {
		st->list.list.s[st->list.list.n - 1].image = (uint8_t)image;
		st->list.list.s[st->list.list.n - 1].slot = (uint8_t)slot;
	}
	return true;
}

/* The list as JSON: an array that nothing announces, so its first key does. */
static bool take_json(struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	bool brace = st->brace;

	st->brace = tug_dg_is(text, "{");
	if (!st->list.open && brace && tug_dg_starts(text, "\"image\": ", NULL)) {
		tug_dg_dump_list_begin(&st->list, l);
		tug_dg_dump_list_slot(&st->list, l);
	}
	return st->list.open && tug_dg_dump_list_json(&st->list, l, text);
}

static void put_number(struct tug_enc *e, const char *key, uint64_t v)
{
	tug_enc_key(e, key);
	tug_enc_uint(e, v);
}

/* What slot-info printed, as the answer it was. */
static void end_slots(struct tug_diag *d, struct state *st)
{
	struct tug_dg_line l = tug_dg_dump_line(&st->slots_at);
	struct tug_smp_hdr h;
	uint8_t room[256];
	struct tug_buf body = tug_buf_of(room, sizeof(room));
	struct tug_enc e;

	if (!st->slots || st->n_slots == 0) {
		st->slots = false;
		return;
	}
	tug_enc_init(&e, &body);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, "images");
	tug_enc_list_begin(&e);
	tug_enc_map_begin(&e);
	put_number(&e, "image", st->image);
	tug_enc_key(&e, "slots");
	tug_enc_list_begin(&e);
	for (unsigned i = 0; i < st->n_slots; i++) {
		tug_enc_map_begin(&e);
		put_number(&e, "slot", st->slot[i]);
		put_number(&e, "size", st->size[i]);
		tug_enc_map_end(&e);
	}
	tug_enc_list_end(&e);
	if (st->max_size > 0) {
		put_number(&e, "max_image_size", st->max_size);
	}
	tug_enc_map_end(&e);
	tug_enc_list_end(&e);
	tug_enc_map_end(&e);
	if (tug_enc_finish(&e) == TUG_OK && !st->run.real) {
		hdr_is(&h, TUG_SMP_READ, TUG_GRP_IMG, 6);
		tug_dg_dump_made(d, &l, &h, false, tug_slice_of((const uint8_t *)"\xa0", 1));
		h.op = TUG_SMP_READ_RSP;
		tug_dg_dump_made(d, &l, &h, false, tug_buf_slice(&body));
	}
	st->slots = false;
}

/* "Image 0:", "Slot 1:", "size: 225280", "max_image_size: 217088" */
static bool take_slot_info(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice rest;
	uint64_t v;

	if (tug_dg_starts(text, "Image ", &rest) && tug_dg_number(&rest, &v) && tug_dg_is(rest, ":") && v < 32) {
		end_slots(d, st);
		st->slots = true;
		st->n_slots = 0;
		st->max_size = 0;
		st->image = (uint8_t)v;
		tug_dg_dump_keep(&st->slots_at, l);
		return true;
	}
	if (!st->slots) {
		return false;
	}
	if (tug_dg_starts(text, "Slot ", &rest) && tug_dg_number(&rest, &v) && tug_dg_is(rest, ":") && v < 32) {
		if (st->n_slots < SLOTS_MAX) {
			st->slot[st->n_slots] = (uint8_t)v;
			st->size[st->n_slots++] = 0;
		}
		return true;
	}
	if (tug_dg_starts(text, "size:", &rest) && st->n_slots > 0 && tug_dg_number(&rest, &v)) {
		st->size[st->n_slots - 1] = v;
		return true;
	}
	if (tug_dg_starts(text, "max_image_size:", &rest) && tug_dg_number(&rest, &st->max_size)) {
		return true;
	}
	return tug_dg_starts(text, "upload_image_id:", NULL);
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static bool take_step(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	static const struct {
		const char *text;
		enum tug_dg_step step;
	} steps[] = {
		{ "Detecting bootloader ...", TUG_STEP_VALIDATE }, { "Querying device state ...", TUG_STEP_VALIDATE },
		{ "Parsing firmware image ...", TUG_STEP_VALIDATE }, { "Uploading new firmware ...", TUG_STEP_UPLOAD },
		{ "Activating new firmware ...", TUG_STEP_TEST },	   { "Triggering device reboot ...", TUG_STEP_RESET },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (tug_dg_starts(text, steps[i].text, NULL)) {
			tug_dg_step(d, l, steps[i].step);
			return true;
		}
	}
	return tug_dg_is(text, "Device alive and responsive.") || tug_dg_is(text, "Success. New state:") ||
	       tug_dg_starts(text, "Found bootloader: ", NULL);
}

static bool take_cli(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_dump_cli cli;

	if (!tug_dg_dump_cli_of(l, text, TUG_SRC_MCUMGRCTL, &cli)) {
		return false;
	}
	tug_dg_dump_run_begin(d, l, &st->run, &cli);
	st->started = true;
	return true;
}

static bool take_line(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	if (take_heading(st, l, text) || take_json(st, l, text) ||
	    (st->list.slot_open && tug_dg_dump_list_line(&st->list, text)) || take_slot_info(d, st, l, text)) {
		return true;
	}
	if (text.len > 0) {
		tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGRCTL);
		end_slots(d, st);
	}
	return take_env_logger(d, st, l, text) || take_cause(d, st, l, text) || take_cli(d, st, l, text) || take_step(d, l, text);
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;

	l->src |= TUG_SRC_MCUMGRCTL;
	if (take_line(d, st, l, tug_dg_lean(l))) {
		return TUG_MINE;
	}
	l->src &= (uint16_t)~TUG_SRC_MCUMGRCTL;
	return TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGRCTL);
	end_slots(d, st);
	tug_dg_dump_run_end(d, &st->run);
}

const struct tug_reader tug_reader_mcumgrctl = {
	.kind = "mcumgrctl output",
	.expect = "output of mcumgrctl, best with RUST_LOG=debug",
	.src = TUG_SRC_MCUMGRCTL,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
