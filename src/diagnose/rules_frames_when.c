/* SPDX-License-Identifier: Apache-2.0
 *
 * Predicates of the rules on transport and buffers (rules_frames.c). Frames that are lost on the way look alike from
 * the client; what was seen (sizes, order, what the configuration says) decides how much a rule may claim.
 */
#include <string.h>

#include "refusal_priv.h"
#include "rules_frames_priv.h"
#include "story_priv.h"

/* ---- the first chunk is lost over Bluetooth ------------------------------------------------------------------ */

static int64_t app_num(const struct tug_dg_facts *f, const char *name, const char *old_name)
{
	int64_t v = tug_dg_conf_num(f->conf, TUG_ROLES_APP, name, -1);

	return v >= 0 ? v : tug_dg_conf_num(f->conf, TUG_ROLES_APP, old_name, -1);
}

static void quote_setting(const struct tug_dg_facts *f, struct tug_hit *h, const char *name)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLES_APP, name);

	if (s != NULL) {
		tug_hit_quote(h, &s->at);
	}
}

/* Echoes tell the limit: short ones come back, longer ones do not. */
static bool echo_limit(const struct tug_dg_facts *f)
{
	const struct tug_dg_device *v = &f->smp.device;

	return v->echo_ok > 0 && v->echo_lost > v->echo_ok;
}

bool tug_frames_netbuf_drops(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	int64_t size = app_num(f, "MCUMGR_TRANSPORT_NETBUF_SIZE", "MCUMGR_BUF_SIZE");
	bool lost = tug_dg_first_chunk_lost(f), known;

	if (tug_hit_any(h) && !tug_dg_reassembly_set(f)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* a web client's word: its image list was answered before */
		return true;
	}
	if (!tug_dg_over_ble(f) || tug_dg_reassembly_set(f) || f->smp.device.params_known || !(lost || echo_limit(f)) ||
	    (u->max_frame > 0 && u->max_frame <= 100)) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	tug_hit_quote(h, &f->smp.link.mtu_at);
	known = size > 0 && u->max_frame > (uint64_t)size;
	if (known) {
		quote_setting(f, h, "MCUMGR_TRANSPORT_NETBUF_SIZE");
		tug_hit_title(h, "The first chunk (%u octets) is larger than the device's buffer (%lld), so the device "
				 "drops it",
			      (unsigned)u->max_frame, (long long)size);
	} else if (echo_limit(f)) {
		tug_hit_title(h, "Echoes of %u octets come back, of %u octets not: larger frames are dropped on the "
				 "device",
			      (unsigned)f->smp.device.echo_ok, (unsigned)f->smp.device.echo_lost);
		h->severity = lost ? TUG_SEV_BLOCKING : TUG_SEV_DEGRADED;
	} else {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

bool tug_frames_params_without_reassembly(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	uint32_t payload = x->link.mtu > 3 ? x->link.mtu - 3 : 0;

	if (!tug_dg_over_ble(f) || !x->device.params_known || payload == 0 || x->device.buf_size <= payload ||
	    !tug_dg_first_chunk_lost(f) || (x->upload.max_frame > 0 && x->upload.max_frame <= payload)) {
		return false;
	}
	tug_hit_quote(h, &x->device.params);
	tug_hit_quote(h, &x->link.mtu_at);
	tug_hit_quote(h, &x->upload.first);
	if (tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_REASSEMBLY", "n")) {
		quote_setting(f, h, "MCUMGR_TRANSPORT_BT_REASSEMBLY");
		return true;
	}
	if (tug_dg_reassembly_set(f)) {
		return false;
	}
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

/* ---- sizes --------------------------------------------------------------------------------------------------- */

/* The configuration is looked at by the rule of the same id among the settings; this one adds what a log shows. */
bool tug_frames_acl_rx_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t tx = tug_dg_conf_num(f->conf, TUG_ROLES_APP, "BT_L2CAP_TX_MTU", -1);
	int64_t rx = tug_dg_conf_num(f->conf, TUG_ROLES_APP, "BT_BUF_ACL_RX_SIZE", -1);
	bool said = h->seen[0]->count > 0 && h->seen[0]->num[0] == rx - 7;

	if (tx <= 0 || rx <= 0 || rx >= tx + 4 || !(said || (int64_t)f->smp.link.mtu == rx - 4)) {
		return false;
	}
	quote_setting(f, h, "BT_BUF_ACL_RX_SIZE");
	quote_setting(f, h, "BT_L2CAP_TX_MTU");
	if (said) {
		tug_hit_seen(h, 0);
	} else {
		tug_hit_quote(h, &f->smp.link.mtu_at);
	}
	tug_hit_title(h, "CONFIG_BT_BUF_ACL_RX_SIZE=%lld limits the ATT MTU to %lld, not the %lld that is configured",
		      (long long)rx, (long long)rx - 4, (long long)tx);
	return true;
}

/* "Payload (250 bytes) too long for MTU: 249": the link takes enough, the client's own arithmetic is off. */
static bool clients_arithmetic(struct tug_hit *h)
{
	int64_t frame = (int64_t)h->seen[2]->num[0], takes = (int64_t)h->seen[2]->num[1];

	if (h->seen[2]->count == 0 || (takes > 0 && takes < 110)) {
		return false;
	}
	tug_hit_title(h, "The client built a packet of %lld octets for a link that takes %lld", (long long)frame,
		      (long long)takes);
	tug_hit_cause(h, takes == 0 ? "The client began before it knew the MTU: another client of the same app holds a link to "
				      "the device already, or a fault of its library."
				    : "The library computes its packets for another MTU than the link has: a fault of that "
				      "version, or a packet size set by hand.");
	tug_hit_fix(h, "Take another version of the library or app, close other links to the device, and set no packet "
		       "size by hand (on the device nothing is wrong).");
	tug_hit_commands(h, "%s", "");
	h->severity = takes == 0 ? TUG_SEV_DEGRADED : h->severity;
	return true;
}

bool tug_frames_below_minimum(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, 3);
	bool tiny = h->seen[4]->count > 0 && h->seen[4]->num[0] < 110;

	if (at == NULL && tiny) {
		at = &h->seen[4]->last;
	}
	if (at == NULL) {
		return false;
	}
	tug_hit_range(h, 0, tiny ? 4 : 3);
	if (f->smp.upload.acked > 0 || tug_dg_went_on_after(f, at)) {
		tug_hit_past(h);
	} else if (clients_arithmetic(h)) {
		return true;
	} else if (tug_hit_count(h, 1, 3) == 0 && !tiny) {
		h->severity = TUG_SEV_DEGRADED; /* a warning at connection; nothing was refused yet */
	}
	return true;
}

bool tug_frames_insufficient_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	(void)f;
	return h->seen[0]->num[0] >= 110 && tug_hit_any(h);
}

bool tug_frames_mtu_not_changed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, 2);

	if (at == NULL || !tug_hit_any(h) || tug_dg_went_on_after(f, at) || f->smp.upload.acked > 3) {
		return false;
	}
	return true;
}

bool tug_frames_sar_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	bool sizes = x->device.params_known && x->link.mtu > 65 && x->device.buf_size > 0 &&
		     x->device.buf_size < x->link.mtu - 3;

	if (!tug_hit_any(h) && !(sizes && tug_dg_over_ble(f))) {
		return false;
	}
	if (sizes) {
		tug_hit_quote(h, &x->device.params);
		tug_hit_quote(h, &x->link.mtu_at);
		tug_hit_title(h, "The device's buffer (%u octets) is smaller than what one write of this link carries "
				 "(%u)",
			      (unsigned)x->device.buf_size, (unsigned)x->link.mtu - 3);
	}
	if (x->upload.completed) {
		tug_hit_past(h);
	}
	return true;
}

/* ---- frames that are lost in an upload ------------------------------------------------------------------------ */

bool tug_frames_responses_lost(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	bool went_on = u->timeouts > 0 && u->acked_after_timeout > 0, said = tug_hit_count(h, 0, 3) > 0;
	const struct tug_evidence *at = tug_hit_latest(h, 0, 5);

	if (!went_on && !said && tug_hit_count(h, 4, 5) == 0) {
		return false;
	}
	tug_hit_range(h, 0, 5);
	if (went_on) {
		tug_hit_title(h, "%u chunk%s got no answer in time, and the upload went on after that",
			      (unsigned)u->timeouts, u->timeouts == 1 ? "" : "s");
		tug_hit_quote(h, &u->last);
	}
	if (u->completed || (at != NULL && (tug_dg_well_after(f, at) || (!said && tug_dg_heard_after(f, at))))) {
		tug_hit_past(h);
	} else if (!went_on && u->acked < 2) {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* nothing shows that it was the answer that was lost */
	}
	return true;
}

bool tug_frames_chunk_rejected(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	const struct tug_evidence *end = tug_hit_latest(h, 1, 1);

	if (tug_hit_count(h, 0, 1) == 0 && (u->went_back < 2 || u->went_back == u->back_1_3)) {
		return false; /* steps back by 1..3 octets are upload-unaligned-old */
	}
	tug_hit_range(h, 0, 1);
	tug_hit_quote(h, &u->back);
	if (u->went_back > 0) {
		tug_hit_title(h, "The device answered %u chunk%s with an offset before their end: it did not take them",
			      (unsigned)u->went_back, u->went_back == 1 ? "" : "s");
	}
	if (u->completed || (end != NULL && tug_dg_went_on_after(f, end))) {
		tug_hit_past(h);
	} else if (end != NULL) {
		h->severity = TUG_SEV_BLOCKING;
		tug_hit_title(h, "The device did not take a chunk in five attempts, and the client gave up");
	}
	return true;
}

bool tug_frames_window_too_wide(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	bool wide = x->device.params_known && x->device.buf_count > 0 && x->upload.in_flight >= x->device.buf_count &&
		    x->upload.timeouts > 0;

	if (!wide && h->seen[0]->count == 0) {
		return false;
	}
	tug_hit_seen(h, 0);
	if (wide) {
		tug_hit_quote(h, &x->device.params);
		tug_hit_quote(h, &x->upload.last);
		tug_hit_title(h, "%u requests were under way at one time, the device has %u buffers, and %u got no "
				 "answer",
			      (unsigned)x->upload.in_flight, (unsigned)x->device.buf_count,
			      (unsigned)x->upload.timeouts);
	}
	if (x->upload.completed) {
		tug_hit_past(h);
	}
	return true;
}

/* ---- the device falls over ------------------------------------------------------------------------------------ */

static bool update_here(const struct tug_dg_facts *f)
{
	return f->smp.frames > 0 || f->smp.n_cmds > 0 || f->smp.client.at.line > 0;
}

bool tug_frames_smp_overflow(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool smp = tug_hit_count(h, FAULT_OVERFLOW_LAST + 1, FAULT_THREAD_LAST) > 0;
	bool sys = tug_hit_count(h, FAULT_THREAD_LAST + 1, FAULT_SYSWORK_LAST) > 0 && update_here(f);
	bool old = f->version.zephyr.v != 0 && f->version.zephyr.v < 30200;

	if (tug_hit_count(h, 0, FAULT_OVERFLOW_LAST) == 0 || !(smp || (sys && (old || f->version.zephyr.v == 0)))) {
		return false;
	}
	tug_hit_range(h, 0, FAULT_OVERFLOW_LAST);
	tug_hit_range(h, FAULT_OVERFLOW_LAST + 1, smp ? FAULT_THREAD_LAST : FAULT_SYSWORK_LAST);
	if (!smp) {
		tug_hit_title(h, "The system work queue, which runs SMP before Zephyr 3.2, overflowed its stack");
		tug_hit_fix(h, "CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE=4096.");
		tug_hit_commands(h, "CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE=4096");
		if (!old) {
			tug_hit_possible(h, TUG_SEV_DEGRADED);
		}
	}
	if (tug_dg_well_after(f, NULL)) {
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

bool tug_frames_fault(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool overflow_of_smp = tug_hit_count(h, 0, FAULT_OVERFLOW_LAST) > 0 &&
			       tug_hit_count(h, FAULT_OVERFLOW_LAST + 1, FAULT_THREAD_LAST) > 0;

	if (tug_hit_count(h, 8, 10) == 0 || overflow_of_smp) {
		return false;
	}
	tug_hit_range(h, 8, 11);
	tug_hit_range(h, 0, FAULT_OVERFLOW_LAST);
	if (tug_hit_count(h, FAULT_OVERFLOW_LAST + 1, FAULT_THREAD_LAST) > 0) {
		tug_hit_range(h, FAULT_OVERFLOW_LAST + 1, FAULT_THREAD_LAST);
		tug_hit_title(h, "The firmware crashed in its SMP thread (\"mcumgr smp\"), that is while it handled a "
				 "command");
		h->severity = tug_dg_well_after(f, NULL) ? TUG_SEV_DEGRADED : TUG_SEV_BLOCKING;
	} else if (h->seen[11]->count > 0) {
		tug_hit_title(h, "The firmware crashed in thread \"%s\"", h->seen[11]->word);
	}
	return true;
}

bool tug_frames_null_fault(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool no_buffer = h->seen[2]->count > 0; /* the buffer pool says so itself: then the version does not matter */

	if (h->seen[0]->count == 0 || (h->seen[1]->count == 0 && !no_buffer) ||
	    (f->version.zephyr.v >= 20700 && !no_buffer)) {
		return false;
	}
	tug_hit_any(h);
	tug_hit_quote(h, &f->version.zephyr.at);
	if (!update_here(f) && h->seen[3]->count == 0 && f->version.zephyr.v == 0 && !no_buffer) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* ---- UDP and serial -------------------------------------------------------------------------------------------- */

static bool refused_as_too_large(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r;
	uint32_t i = 0;

	while ((r = tug_dg_refusal_next(&f->smp, TUG_GRP_FS, 0, &i)) != NULL) {
		if (tug_dg_generic(r, 7)) {
			tug_hit_refusal(h, r);
			return true;
		}
	}
	return false;
}

static bool over_udp(const struct tug_dg_facts *f, const struct tug_hit *h, unsigned from, unsigned to)
{
	return tug_hit_count(h, from, to) > 0 || tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_UDP", "y");
}

bool tug_frames_udp_too_large(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool said = tug_hit_count(h, 5, 6) > 0;

	if (!over_udp(f, h, 0, 4) || (!said && !refused_as_too_large(f, h))) {
		return false;
	}
	tug_hit_range(h, 5, 6);
	return true;
}

bool tug_frames_udp_user_data(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t size = app_num(f, "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE", "MCUMGR_BUF_USER_DATA_SIZE");

	bool ipv4_only = h->seen[4]->count > 0 ||
			 tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_UDP_IPV6", "n");

	if (!over_udp(f, h, 0, 3) || tug_hit_count(h, 5, 7) == 0 || tug_hit_count(h, 8, 8) > 0) {
		return false; /* a stack overflow is another matter */
	}
	tug_hit_range(h, 5, 7);
	if (size >= 0 && size < 24) {
		quote_setting(f, h, "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE");
	} else if (ipv4_only && size < 0 && f->version.zephyr.v != 0 && f->version.zephyr.v < 30600) {
		tug_hit_range(h, 4, 4);
		quote_setting(f, h, "MCUMGR_TRANSPORT_UDP_IPV6");
	} else {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* The client talks over a serial line, as its own words (patterns `from`..`to`) show. */
static bool over_serial(const struct tug_dg_facts *f, const struct tug_hit *h, unsigned from, unsigned to)
{
	return !tug_dg_over_ble(f) && tug_hit_count(h, from, to) > 0;
}

bool tug_frames_uart_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = app_num(f, "MCUMGR_TRANSPORT_UART_MTU", "UART_MCUMGR_RX_BUF_SIZE");
	int64_t buf = app_num(f, "MCUMGR_TRANSPORT_NETBUF_SIZE", "MCUMGR_BUF_SIZE");
	uint32_t frame = f->smp.upload.max_frame;
	bool lost = tug_dg_first_chunk_lost(f);

	if (!over_serial(f, h, 0, 7) || !(lost || echo_limit(f)) || (tug_dg_recovery(f) && !echo_limit(f))) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.first);
	if ((mtu > 0 && frame + 4 > mtu) || (buf > 0 && frame > buf)) {
		quote_setting(f, h, "MCUMGR_TRANSPORT_UART_MTU");
		quote_setting(f, h, "MCUMGR_TRANSPORT_NETBUF_SIZE");
		tug_hit_title(h, "The first chunk (%u octets) is larger than the device's serial transport "
				 "takes", (unsigned)frame);
	} else if (echo_limit(f)) {
		tug_hit_title(h, "Echoes of %u octets come back, of %u octets not: the serial transport drops larger "
				 "frames",
			      (unsigned)f->smp.device.echo_ok, (unsigned)f->smp.device.echo_lost);
		h->severity = lost ? TUG_SEV_BLOCKING : TUG_SEV_DEGRADED;
	} else {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

bool tug_frames_uart_shared(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	bool prompt = strstr(x->foreign_rx_text, "uart:~") != NULL || strstr(x->foreign_rx_text, "$ ") != NULL ||
		      strchr(x->foreign_rx_text, '<') != NULL;
	bool said = tug_hit_any(h);
	const struct tug_evidence *at = tug_hit_latest(h, 0, TUG_RULE_SEEN - 1);

	if ((x->foreign_rx == 0 || x->foreign_rx_text[0] == '\0') && !said) {
		return false;
	}
	if (x->foreign_rx > 0) {
		at = &x->foreign_rx_at;
		tug_hit_quote(h, at);
		tug_hit_title(h, "The device sent text (\"%s\") on the serial line where an SMP answer is expected",
			      x->foreign_rx_text);
	}
	if (tug_dg_went_on_after(f, at)) {
		tug_hit_past(h);
	} else if (tug_dg_heard_after(f, at)) {
		h->severity = TUG_SEV_DEGRADED;
	} else if (!prompt && tug_hit_count(h, 0, 3) == 0 && x->foreign_rx < 8) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* ---- versions and clients -------------------------------------------------------------------------------------- */

bool tug_frames_version_rejected(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r, *last = NULL;
	uint32_t i = 0;

	while (i < f->smp.n_refusals) {
		r = &f->smp.refusal[i++];
		if (tug_dg_generic(r, 12) || tug_dg_generic(r, 13)) {
			tug_hit_refusal(h, r);
			tug_hit_title(h, "The device refuses requests of this SMP version: code %d (%s)", (int)r->rc,
				      r->rc == 12 ? "too old" : "too new");
			last = r;
		}
	}
	if (last == NULL) {
		return false;
	}
	if (tug_dg_heard_after(f, &last->last)) {
		tug_hit_past(h);
	}
	return true;
}

bool tug_frames_two_clients(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;

	if (x->stray < 2 || x->stray * 3 > x->frames) {
		return false; /* mostly strays: the log leaves the requests out */
	}
	tug_hit_quote(h, &x->stray_at);
	tug_hit_any(h);
	tug_hit_possible(h, x->upload.completed ? TUG_SEV_ADVICE : TUG_SEV_DEGRADED);
	return true;
}
