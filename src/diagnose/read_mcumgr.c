/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: mcumgr and newtmgr on a command line: the commands, what they print, and with "-l debug" the dumps of
 * frames and serial octets.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"
#include "readers_priv.h"

/* What the dump under way holds. */
enum dump {
	NO_DUMP,
	OTHER,     /* bodies, CoAP: not looked at */
	TX_FRAME,
	RX_FRAME,
	TX_SERIAL, /* octets as written */
	RX_SERIAL, /* a line without its end */
};

struct state {
	struct tug_dg_dump_days days;
	uint8_t dump;               /* enum dump */
	uint8_t form;               /* which message heads it */
	bool echo;                  /* the next line is the answer to echo */
	struct tug_dg_dump_at dump_at; /* first row */
	size_t dump_len;
	uint8_t octets[TUG_DUMP_SERIAL_MAX];
	struct tug_dg_dump_once once[2]; /* received, sent */
	struct tug_dg_dump_serial rx, tx;
	struct tug_dg_dump_list list;
	struct tug_dg_dump_run run;
	uint8_t plain[TUG_DG_LINE_MAX]; /* a quoted message without its quotes */
};

static const struct {
	const char *head;
	uint8_t dump;
} heads[] = {
	{ "Tx NMP ", TX_FRAME },	{ "rx nmp response", RX_FRAME }, { "Encoded:", TX_FRAME },
	{ "Base64 encoding", TX_FRAME }, { "Decoded input", RX_FRAME },	 { "Tx serial", TX_SERIAL },
	{ "Rx serial", RX_SERIAL },	{ "Tx packet dump", TX_FRAME },	 { "Rx packet dump", RX_FRAME },
	{ "Outgoing", TX_SERIAL },	{ "Incoming", RX_SERIAL },	 { "Rx NMP ", RX_FRAME },
};

/* ---- dumps ----------------------------------------------------------------------------------------------------- */

static void take_frame(struct tug_diag *d, struct state *st)
{
	struct tug_dg_line l = tug_dg_dump_line(&st->dump_at);
	struct tug_slice octets = tug_slice_of(st->octets, st->dump_len);
	bool sent = st->dump == TX_FRAME;

	if (octets.len >= TUG_SMP_HDR_LEN && tug_dg_dump_once(&st->once[sent], st->form, octets) &&
	    tug_dg_dump_frames(d, &l, sent, octets) > 0) {
		st->run.real = st->run.open;
	}
}

static void end_dump(struct tug_diag *d, struct state *st)
{
	static const uint8_t newline = '\n';
	struct tug_dg_line l = tug_dg_dump_line(&st->dump_at);

	if ((st->dump == TX_FRAME || st->dump == RX_FRAME) && st->dump_len > 0) {
		take_frame(d, st);
	} else if (st->dump == RX_SERIAL && st->dump_at.no > 0) {
		tug_dg_dump_serial(d, &l, &st->rx, false, tug_slice_of(&newline, 1));
		tug_dg_dump_serial_flush(d, &l, &st->rx, false);
	}
	st->dump = NO_DUMP;
	st->dump_len = 0;
	st->dump_at.no = 0;
}

static bool take_row(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	uint8_t row[16];
	uint64_t off;
	int n = tug_dg_dump_row(text, &off, row);
	struct tug_slice octets = tug_slice_of(row, n > 0 ? (size_t)n : 0);

	if (n < 0) {
		return false;
	}
	if (st->dump_at.no == 0) {
		tug_dg_dump_keep(&st->dump_at, l);
	}
	if (st->dump == TX_SERIAL || st->dump == RX_SERIAL) {
		bool sent = st->dump == TX_SERIAL;
		struct tug_dg_dump_serial *wire = sent ? &st->tx : &st->rx;

		wire->once = &st->once[sent];
		wire->form = st->form;
		tug_dg_dump_serial(d, l, wire, sent, octets);
	} else if (st->dump != OTHER && st->dump_len + octets.len <= sizeof(st->octets)) {
		memcpy(st->octets + st->dump_len, octets.p, octets.len);
		st->dump_len += octets.len;
	}
	return true;
}

/* The message that heads a dump; the first row may stand behind it. */
static void take_head(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice msg)
{
	const uint8_t *row;

	end_dump(d, st);
	st->dump = OTHER;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t n = strlen(heads[i].head);

		if (msg.len >= n && tug_dg_is_nocase(tug_slice_of(msg.p, n), heads[i].head)) {
			st->dump = heads[i].dump;
			st->form = (uint8_t)i;
		}
	}
	row = tug_dg_find(msg, "00000000  ");
	if (row != NULL && st->dump != OTHER) {
		take_row(d, st, l, tug_slice_of(row, msg.len - (size_t)(row - msg.p)));
	}
}

/* ---- messages -------------------------------------------------------------------------------------------------- */

static void take_mtu(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice msg)
{
	struct tug_slice rest = tug_dg_after(msg, "ATT MTU = ");
	uint64_t mtu;

	if (rest.p != NULL && tug_dg_number(&rest, &mtu) && mtu < 1024) {
		tug_dg_link_up(d, l);
		tug_dg_link_mtu(d, l, (uint32_t)mtu);
	}
}

/* "HandleError off 76071 error NMP timeout": the chunk that was not answered. */
static void take_lost_chunk(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice msg)
{
	struct tug_slice rest = tug_dg_after(msg, "HandleError off ");
	uint64_t off;

	if (rest.p != NULL && tug_dg_number(&rest, &off)) {
		tug_dg_dump_run_progress(d, l, &st->run, off, st->run.len, st->run.exact);
	}
	tug_dg_dump_run_silent(d, l, &st->run);
}

static void take_message(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice msg)
{
	l->body = msg;
	take_head(d, st, l, msg);
	if (tug_dg_starts(msg, "Exchanged MTU", NULL)) {
		take_mtu(d, l, msg);
	} else if (tug_dg_find(msg, "error NMP timeout") != NULL) {
		take_lost_chunk(d, st, l, msg);
	} else if (tug_dg_starts(msg, "Using connection profile", NULL)) {
		struct tug_dg_dump_cli cli;

		if (tug_dg_find(msg, "type=ble") != NULL || tug_dg_find(msg, "type=serial") != NULL ||
		    tug_dg_find(msg, "type=udp") != NULL) {
			memset(&cli, 0, sizeof(cli));
			memcpy(cli.transport, tug_dg_find(msg, "type=ble") != NULL    ? "ble"
					      : tug_dg_find(msg, "type=udp") != NULL ? "udp"
										     : "serial", 4);
			tug_dg_copy(tug_dg_facts(d)->smp.client.transport, 8,
				    tug_slice_of(cli.transport, strlen(cli.transport)));
		}
	}
}

/* The message of time="..." level=debug msg="...": lines of its own inside the quotes. */
static void take_quoted(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	size_t n = 0, from = 0;
	bool head = true;

	for (size_t i = 0; i < s.len && s.p[i] != '"' && n < sizeof(st->plain); i++) {
		uint8_t c = s.p[i];

		if (c == '\\' && i + 1 < s.len) {
			c = s.p[++i] == 'n' ? '\n' : s.p[i] == 't' ? '\t' : s.p[i];
		}
		st->plain[n++] = c;
	}
	for (size_t i = 0; i <= n; i++) {
		if (i == n || st->plain[i] == '\n') {
			struct tug_slice line = tug_slice_of(st->plain + from, i - from);

			if (head) {
				take_message(d, st, l, line);
			} else if (st->dump != NO_DUMP) {
				take_row(d, st, l, line);
			}
			head = false;
			from = i + 1;
		}
	}
	l->body = tug_slice_of(st->plain, n);
	end_dump(d, st);
}

/* Where a log message begins in a line (a bar of progress may stand in front), or NULL. */
static const uint8_t *find_stamp(struct tug_slice text)
{
	static const char *const levels[] = { "DEBU", "INFO", "WARN", "ERRO", "FATA", "TRAC" };
	const uint8_t *end = text.p + text.len, *at = text.p;

	while (at < end && (at = memchr(at, '[', (size_t)(end - at))) != NULL) {
		for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]) && at - text.p >= 4; i++) {
			if (memcmp(at - 4, levels[i], 4) == 0) {
				return at - 4;
			}
		}
		at++;
	}
	at = tug_dg_find(text, "time=\"");
	return at != NULL && tug_dg_find(text, "level=") != NULL ? at : NULL;
}

/* "DEBU[2024-09-08 21:52:23.956] text"; the time may be seconds since the start. */
static bool take_logrus(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	const uint8_t *end;
	struct tug_slice rest, time;
	uint64_t seconds;
	int64_t ms;

	if (tug_dg_starts(s, "time=\"", &rest)) {
		if (tug_dg_dump_time(&st->days, &rest, &ms)) {
			l->ms = ms;
		}
		rest = tug_dg_after(s, "msg=\"");
		if (rest.p == NULL) {
			return false;
		}
		take_quoted(d, st, l, rest);
		return true;
	}
	end = tug_dg_find(s, "]");
	if (end == NULL || end - s.p > 40) {
		return false;
	}
	time = tug_slice_of(s.p + 5, (size_t)(end - s.p) - 5);
	rest = time;
	if (tug_dg_dump_time(&st->days, &rest, &ms)) {
		l->ms = ms;
	} else if (time.len > 0 && tug_dg_number(&rest, &seconds) && rest.len == 0 && seconds < 1000000) {
		l->ms = (int64_t)seconds * 1000;
	} else {
		return false;
	}
	l->level = (char)s.p[0];
	take_message(d, st, l, tug_dg_trim(tug_slice_of(end + 1, s.len - (size_t)(end + 1 - s.p))));
	return true;
}

/* "2017/03/07 17:20:24 [DEBUG] text" */
static bool take_old_log(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	struct tug_slice word, t = s;
	int64_t ms;

	if (s.len < 20 || s.p[4] != '/' || !tug_dg_dump_time(&st->days, &t, &ms)) {
		return false;
	}
	word = tug_dg_word(&t);
	if (word.len < 5 || word.p[0] != '[' || word.p[word.len - 1] != ']') {
		return false;
	}
	l->ms = ms;
	take_message(d, st, l, tug_dg_trim(t));
	return true;
}

/* ---- plain output ---------------------------------------------------------------------------------------------- */

/* "27.18 KiB" at the start of `*s`, cut off, in octets. `*exact`: without a fraction of a unit. */
static bool take_size(struct tug_slice *s, uint64_t *octets, bool *exact)
{
	struct tug_slice t = *s, unit;
	uint64_t whole, frac = 0, scale = 1, by = 1;

	if (!tug_dg_number(&t, &whole) || whole > 1u << 30) {
		return false;
	}
	if (t.len > 0 && t.p[0] == '.') {
		t = tug_slice_of(t.p + 1, t.len - 1);
		while (t.len > 0 && isdigit(t.p[0]) && scale < 1000000) {
			frac = frac * 10 + (uint64_t)(t.p[0] - '0');
			scale *= 10;
			t = tug_slice_of(t.p + 1, t.len - 1);
		}
	}
	*s = t;
	unit = tug_dg_word(&t);
	by = tug_dg_is(unit, "KiB") ? 1024 : tug_dg_is(unit, "MiB") ? 1024u * 1024u : 1;
	if (by > 1 || tug_dg_is(unit, "B")) {
		*s = t;
	}
	*exact = by == 1;
	*octets = whole * by + frac * by / scale;
	return true;
}

/* "27.18 KiB / 244.32 KiB [==>---]  9.90% ..." */
static bool take_progress(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice s)
{
	uint64_t off, len;
	bool exact_off, exact_len;

	s = tug_dg_trim(s);
	if (s.len == 0 || !isdigit(s.p[0]) || !take_size(&s, &off, &exact_off)) {
		return false;
	}
	s = tug_dg_trim(s);
	if (s.len < 4 || s.p[0] != '/') {
		return false;
	}
	s = tug_slice_of(s.p + 1, s.len - 1);
	if (!take_size(&s, &len, &exact_len)) {
		return false;
	}
	s = tug_dg_trim(s);
	if (len == 0 || off > len || (s.len > 0 ? s.p[0] != '[' : exact_len && !st->run.open)) {
		return false;
	}
	tug_dg_dump_run_progress(d, l, &st->run, off, len, exact_len);
	return true;
}

/* "image=0 slot=1", of old versions "slot=1". */
static bool take_slot(struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice s = text, word = tug_dg_word(&s), value;
	struct tug_slice image = { (const uint8_t *)"0", 1 };

	if (tug_dg_starts(word, "image=", &value)) {
		image = value;
		word = tug_dg_word(&s);
	}
	if (!tug_dg_starts(word, "slot=", &value) || value.len == 0 || !isdigit(value.p[0]) || tug_dg_trim(s).len > 0) {
		return false;
	}
	tug_dg_dump_list_slot(&st->list, l);
	tug_dg_dump_list_field(&st->list, tug_slice_of((const uint8_t *)"image", 5), image);
	tug_dg_dump_list_field(&st->list, tug_slice_of((const uint8_t *)"slot", 4), value);
	return true;
}

static bool take_list(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	if (tug_dg_is(text, "Images:")) {
		tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGR_CLI);
		tug_dg_dump_list_begin(&st->list, l);
		return true;
	}
	if (tug_dg_starts(text, "Split status:", NULL) || tug_dg_starts(text, "Split Status:", NULL)) {
		if (st->list.open) {
			tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGR_CLI);
		}
		return true;
	}
	return take_slot(st, l, text) || (st->list.slot_open && tug_dg_dump_list_line(&st->list, text));
}

/* Errors of the Go clients that tell who wrote the line. */
static bool is_known_error(struct tug_slice text)
{
	static const char *const texts[] = {
		"Insufficient auth", "Insufficient enc", "can't init hci", "can't find MGMT", "Couldn't decode base64",
		"CRC error", "Failed to connect to peer", "Cannot send NMP request", "Request too big", "Failed to open session",
		"Session closed", "BLE session", "BLE peer", "no matching peer", "connstring", "conntype", "Attempt to transmit",
		"Timeout reading from serial", "disconnected", "open /dev/tty", "Unable to find", "unsupported conn",
		"Write Not Permitted", "Cannot convert", "failed to scan", "can't dial", "ATT request timeout", "rx aborted",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (tug_dg_find(text, texts[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool take_error(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice rest;
	uint64_t rc;

	if (tug_dg_is(text, "NMP timeout") ||
	    (tug_dg_starts(text, "Error:", &rest) && tug_dg_find(rest, "NMP timeout") != NULL && rest.len < 40)) {
		tug_dg_dump_run_silent(d, l, &st->run);
		return true;
	}
	if (!tug_dg_starts(text, "Error:", &rest)) {
		return false;
	}
	rest = tug_dg_trim(rest);
	if (rest.len > 0 && rest.len <= 4 && isdigit(rest.p[0]) && tug_dg_number(&rest, &rc) && rest.len == 0) {
		tug_dg_dump_run_code(d, l, &st->run, (int32_t)rc, -1);
		return true;
	}
	if (!st->run.open && !is_known_error(rest)) {
		return false;
	}
	tug_dg_dump_run_failed(d, l, &st->run);
	return true;
}

static bool take_done(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	bool echo = st->echo;

	st->echo = st->echo && text.len == 0;
	if (!st->run.open || text.len == 0) {
		return false;
	}
	if (tug_dg_is(text, "Done") || echo) {
		tug_dg_dump_run_done(d, l, &st->run);
		return true;
	}
	return false;
}

static bool take_cli(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_dump_cli cli;

	if (!tug_dg_dump_cli_of(l, text, TUG_SRC_MCUMGR_CLI, &cli)) {
		return false;
	}
	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGR_CLI);
	tug_dg_dump_run_begin(d, l, &st->run, &cli);
	st->echo = cli.command && cli.hdr.group == TUG_GRP_OS && cli.hdr.id == 0 && !cli.debug;
	return true;
}

/* "... image list Error: NMP timeout": a paste that lost the end of a line. */
static bool take_cli_and_error(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	const uint8_t *at = tug_dg_may(l, " Error: ") ? tug_dg_find(text, " Error: ") : NULL;
	struct tug_slice error;

	if (at == NULL || at == text.p) {
		return false;
	}
	error = tug_slice_of(at + 1, text.len - (size_t)(at + 1 - text.p));
	return take_cli(d, st, l, tug_slice_of(text.p, (size_t)(at - text.p))) && take_error(d, st, l, error);
}

static bool take_plain(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice text)
{
	if (take_list(d, st, l, text)) {
		return true;
	}
	if (text.len > 0 && st->list.open) {
		tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGR_CLI);
	}
	return take_cli(d, st, l, text) || take_cli_and_error(d, st, l, text) || take_progress(d, st, l, text) || take_error(d, st, l, text) ||
	       take_done(d, st, l, text) || tug_dg_starts(text, "Connection profile ", NULL);
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice text = tug_dg_trim(tug_dg_dump_unlog(tug_dg_lean(l)));
	const uint8_t *stamp;

	l->src |= TUG_SRC_MCUMGR_CLI;
	if (st->dump != NO_DUMP && take_row(d, st, l, text)) {
		return TUG_MINE;
	}
	stamp = tug_dg_may_have(l, '[') || tug_dg_may(l, "time=") ? find_stamp(text) : NULL;
	if (stamp != NULL) {
		take_progress(d, st, l, tug_slice_of(text.p, (size_t)(stamp - text.p)));
		if (take_logrus(d, st, l, tug_slice_of(stamp, text.len - (size_t)(stamp - text.p)))) {
			return TUG_MINE;
		}
	} else if (take_old_log(d, st, l, text)) {
		return TUG_MINE;
	}
	if (text.len > 0) {
		end_dump(d, st);
	}
	if (take_plain(d, st, l, text)) {
		return TUG_MINE;
	}
	l->src &= (uint16_t)~TUG_SRC_MCUMGR_CLI;
	return TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	end_dump(d, st);
	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_MCUMGR_CLI);
	tug_dg_dump_run_end(d, &st->run);
}

const struct tug_reader tug_reader_mcumgr = {
	.kind = "mcumgr output",
	.expect = "output of mcumgr or newtmgr, best with -l debug",
	.src = TUG_SRC_MCUMGR_CLI,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
