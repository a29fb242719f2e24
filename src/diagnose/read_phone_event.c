/* SPDX-License-Identifier: Apache-2.0
 *
 * Events in phone logs: links, discovery, parameters, steps of the update, time-outs, codes. nRF Connect has two
 * clients on one link and tells most things twice, Android's stack tells them once more: each is passed on once.
 */
#include <string.h>

#include "phone_priv.h"

/** Lines without time within which a repeat is one event. */
#define TWICE_LINES 6u

bool tug_phone_near(uint32_t then, uint32_t no)
{
	return then != 0 && no - then <= TWICE_LINES;
}

bool tug_phone_just(const struct tug_dg_line *l, int64_t then_ms, uint32_t then_no)
{
	if (then_no == 0) {
		return false;
	}
	if (l->ms >= 0 && then_ms >= 0) {
		return l->ms - then_ms <= TUG_PHONE_TWICE_MS;
	}
	return tug_phone_near(then_no, l->no);
}

/* 1: the client that updates; 0: nRF Connect's own one. */
static unsigned client_of(const struct tug_phone *s)
{
	if (s->device_manager) {
		return 1;
	}
	return s->prefix.level_time || s->prefix.time_only ? s->prefix.tag[0] != '\0' : 1u;
}

static void said(struct tug_phone *s, const struct tug_dg_line *l, int what)
{
	s->link.last = what;
	s->link.last_ms = l->ms;
	s->link.last_no = l->no;
}

static bool just_said(const struct tug_phone *s, const struct tug_dg_line *l, int what)
{
	return s->link.last == what && tug_phone_just(l, s->link.last_ms, s->link.last_no);
}

static void link_up(struct tug_phone *s, const struct tug_dg_line *l)
{
	unsigned who = client_of(s);
	bool known = s->link.told;

	s->link.told = true;
	s->link.up[who] = true;
	s->link.said[who] = true;
	s->link.discovering = false;
	if (!known) {
		tug_dg_link_up(s->d, l);
	}
	said(s, l, 1);
}

/* A line that names the status may come after one that does not: the first one counts, so those without status wait
 * for nobody and are used only when the link is still thought to be up. */
static void link_down(struct tug_phone *s, const struct tug_dg_line *l, int32_t status)
{
	unsigned who = client_of(s);
	bool known = just_said(s, l, 2);
	bool was_up = s->link.up[who];

	/* Its own link stays after the other client left, and ends when the user closes the page. */
	known = known || (who == 0 && status <= 0 && s->link.said[1] && !s->link.up[1]);
	known = known || (status < 0 && !was_up && s->link.last != 0);
	s->link.up[who] = false;
	s->link.said[who] = true;
	s->link.discovering = false;
	if (status > 0) { /* the link itself is gone, for both */
		s->link.up[0] = s->link.up[1] = false;
	}
	s->need[0] = s->need[1] = 0;
	if (!known) {
		s->link.told = false;
		tug_dg_link_down(s->d, l, status);
	}
	said(s, l, 2);
}

void tug_phone_act_link(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	(void)g;
	switch (arg) {
	case TUG_PHONE_UP:
		link_up(s, l);
		break;
	case TUG_PHONE_DOWN:
		link_down(s, l, -1);
		break;
	case TUG_PHONE_CLOSING:
		if (client_of(s) == 1 || !s->link.said[1] || s->link.up[1]) {
			tug_dg_link_closing(s->d, l);
		}
		break;
	case TUG_PHONE_DISCOVER:
		if (!s->link.discovering) {
			s->link.discovering = true;
			tug_dg_discovery(s->d, l, false);
		}
		break;
	default:
		if (s->link.discovering) {
			s->link.discovering = false;
			tug_dg_discovery(s->d, l, true);
		}
		if (tug_dg_find(l->body, "8D53DC1D") != NULL || tug_dg_find(l->body, "8d53dc1d") != NULL) {
			tug_dg_facts(s->d)->smp.link.service_found = true;
		}
		break;
	}
}

void tug_phone_act_state(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	int32_t status = g->num[0] >= 0 && g->num[0] <= INT32_MAX ? (int32_t)g->num[0] : -1;

	if (arg == 1) { /* Android's stack: it does not say which way */
		if (status > 0) {
			link_down(s, l, status);
		}
		return;
	}
	if (g->word[0].p[0] == '2' || g->word[0].p[0] == 'C') {
		link_up(s, l);
	} else if (g->word[0].p[0] == '0' || g->word[0].p[0] == 'D') {
		link_down(s, l, status);
	}
}

void tug_phone_act_gatt_error(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	int64_t status = g->num[arg == 1 ? 0 : 1];
	/* "GATT CONN TIMEOUT", "GATT ERROR": of a link; "GATT INVALID HANDLE" and the like of a request on it. */
	bool of_link = tug_dg_find(g->rest, "CONN") != NULL || status == 8 || status == 19 || status == 22 || status == 34 ||
		       status == 62 || status == 133 || status == 147;

	if (of_link && status > 0 && status < 0x10000) {
		link_down(s, l, (int32_t)status);
	}
}

void tug_phone_act_params(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_phone_link *k = &s->link;
	/* Android's stack prints units of 1.25 ms and of 10 ms. */
	int64_t itvl = arg == 1 ? g->num[0] * 1250 : g->num[0], timeout = arg == 1 ? g->num[2] * 10 : g->num[2];
	bool same = k->params[0] == itvl && k->params[2] == timeout && tug_phone_just(l, k->params_ms, k->params_no);

	k->params[0] = itvl;
	k->params[2] = timeout;
	k->params_ms = l->ms;
	k->params_no = l->no;
	if (!same && itvl >= 0 && itvl <= UINT32_MAX && timeout >= 0 && timeout <= UINT32_MAX) {
		tug_dg_link_params(s->d, l, (uint32_t)itvl, (uint32_t)timeout);
	}
}

void tug_phone_act_mtu(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	/* The iOS library prints what one write holds: three octets less. */
	if (g->num[0] > 0 && g->num[0] < 65536) {
		tug_dg_link_mtu(s->d, l, (uint32_t)(g->num[0] + arg));
	}
}

void tug_phone_act_bond(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	(void)g;
	(void)arg;
	tug_dg_bonding(s->d, l);
}

void tug_phone_act_service(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	(void)l;
	(void)g;
	(void)arg;
	tug_dg_facts(s->d)->smp.link.service_found = true;
}

void tug_phone_act_writing(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	(void)l;
	(void)arg;
	s->other_uuid = !tug_dg_starts(g->word[0], "da2e7828", NULL) && !s->prefix.library;
}

/* ---- steps ---------------------------------------------------------------------------------------------------- */

static enum tug_dg_step step_of(struct tug_slice name)
{
	static const struct {
		const char *name;
		enum tug_dg_step step;
	} steps[] = {
		{ "VALIDATE", TUG_STEP_VALIDATE }, { "UPLOAD", TUG_STEP_UPLOAD }, { "TEST", TUG_STEP_TEST },
		{ "RESET", TUG_STEP_RESET }, { "CONFIRM", TUG_STEP_CONFIRM }, { "SUCCESS", TUG_STEP_SUCCESS },
		{ "requestMcuMgrParameters", TUG_STEP_VALIDATE }, { "bootloaderInfo", TUG_STEP_VALIDATE },
		{ "eraseAppSettings", TUG_STEP_UPLOAD },
	};

	if (name.len > 0 && name.p[0] == '.') {
		name = tug_slice_of(name.p + 1, name.len - 1);
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (tug_dg_is_nocase(name, steps[i].name)) {
			return steps[i].step;
		}
	}
	return TUG_STEP_NONE;
}

bool tug_phone_is_name(struct tug_slice name)
{
	return step_of(name) != TUG_STEP_NONE || tug_dg_is(name, "NONE") || tug_dg_is(name, "TEST_ONLY") ||
	       tug_dg_is(name, "CONFIRM_ONLY") || tug_dg_is(name, "TEST_AND_CONFIRM");
}

void tug_phone_act_step(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	enum tug_dg_step step = arg != 0 ? (enum tug_dg_step)arg
					 : step_of(g->n_word > 0 ? g->word[g->n_word - 1] : tug_slice_of(NULL, 0));
	const struct tug_phone_word *w;
	enum tug_phone_fit fit;
	struct tug_phone_got got;
	struct tug_slice why = g->rest;

	if (step != TUG_STEP_NONE) {
		tug_dg_step(s->d, l, step);
	}
	if (step != TUG_STEP_FAILED || arg == 0) {
		return;
	}
	/* Why may stand behind it: "onUpgradeFailed :  Transaction 0 timed out", "Upload failed: Bad state (RC: 6)". */
	while (why.len > 0 && (why.p[0] == ' ' || why.p[0] == ':' || why.p[0] == '-' || why.p[0] == '\t')) {
		why = tug_slice_of(why.p + 1, why.len - 1);
	}
	w = tug_phone_word(why, s->domains, &got, &fit);
	if (w != NULL && fit == TUG_PHONE_FULL && (w->flags & TUG_PHONE_MAP) == 0 && w->act != NULL &&
	    w->act != tug_phone_act_step) {
		w->act(s, l, &got, w->arg);
	}
}

void tug_phone_act_mode(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_dg_client *c = &tug_dg_facts(s->d)->smp.client;

	(void)arg;
	if (g->n_word > 0) {
		tug_dg_copy(c->mode, sizeof(c->mode), g->word[g->n_word - 1]);
	}
	tug_dg_step(s->d, l, TUG_STEP_VALIDATE);
}

void tug_phone_act_uploaded(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_dg_upload *u = &tug_dg_facts(s->d)->smp.upload;

	(void)arg;
	if (s->domains == TUG_PHONE_IOS && g->n_num == 2 && g->num[0] != g->num[1]) {
		return; /* the first of two images */
	}
	u->completed = true;
	if (u->done.line == 0) {
		tug_dg_here(l, &u->done);
	}
	if (s->domains == TUG_PHONE_ANDROID && g->n_num == 2) {
		u->len = u->len == 0 && g->num[0] > 0 ? (uint64_t)g->num[0] : u->len;
		u->duration_ms = u->duration_ms < 0 ? g->num[1] : u->duration_ms;
	}
}

void tug_phone_act_buffers(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_dg_device *v = &tug_dg_facts(s->d)->smp.device;
	int64_t size = g->num[arg == 1 ? 1 : 0], count = g->num[arg == 1 ? 0 : 1];

	if (v->params_known || size <= 0 || size > UINT32_MAX || count < 0 || count > UINT32_MAX) {
		return; /* the answer itself was there */
	}
	v->params_known = true;
	v->buf_size = (uint32_t)size;
	v->buf_count = (uint32_t)count;
	tug_dg_here(l, &v->params);
}

/* ---- no answer, and codes ------------------------------------------------------------------------------------- */

void tug_phone_act_silent(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	/* One time-out is told by the exception, its cause, the uploader: another one has another number. */
	int64_t id = arg == TUG_PHONE_TRANSACTION || arg == TUG_PHONE_CHUNK ? g->num[0] | (int64_t)arg << 40 : -1;
	bool again = tug_phone_near(s->silent_no, l->no) && (id == s->silent_id || id < 0 || s->silent_id < 0 ||
							     (id >> 40) != (s->silent_id >> 40));

	if (!again) {
		s->silent_id = id;
		tug_dg_silent(s->d, l, NULL);
	}
	s->silent_no = l->no;
}

/* Codes of the Android library by name; the number printed behind them is the same. */
static bool is_code_name(struct tug_slice name)
{
	if (name.len < 2) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];

		if (!(c >= 'A' && c <= 'Z') && c != '_' && !(c >= '0' && c <= '9')) {
			return false;
		}
	}
	return name.p[0] >= 'A';
}

void tug_phone_act_code(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	if (arg == 1) { /* a code of a group */
		tug_dg_code(s->d, l, (int32_t)(g->num[0] & 0xffff), (int)(g->num[1] & 0xffff));
	} else if (g->n_word > 0 && is_code_name(g->word[0]) && g->num[0] >= 0 && g->num[0] < 0x10000) {
		tug_dg_code(s->d, l, (int32_t)g->num[0], -1);
	}
}

void tug_phone_act_named_code(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	(void)g;
	tug_dg_code(s->d, l, arg & 0xff, arg >= 0x100 ? TUG_GRP_IMG : -1);
	if (l->level == 'E') {
		tug_dg_step(s->d, l, TUG_STEP_FAILED);
	}
}
