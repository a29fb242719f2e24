/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: SMP transport and buffers. Frames that are lost on the way look alike from the client; what was seen
 * (sizes, order, what the configuration says) decides how much a rule may claim.
 */
#include <string.h>

#include "refusal_priv.h"
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

static bool netbuf_drops(const struct tug_dg_facts *f, struct tug_hit *h)
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
		tug_hit_title(h, "The first chunk (%u octets) is larger than the device's buffer (%lld), so the device drops it",
			      (unsigned)u->max_frame, (long long)size);
	} else if (echo_limit(f)) {
		tug_hit_title(h, "Echoes of %u octets come back, of %u octets not: larger frames are dropped on the device",
			      (unsigned)f->smp.device.echo_ok, (unsigned)f->smp.device.echo_lost);
		h->severity = lost ? TUG_SEV_BLOCKING : TUG_SEV_DEGRADED;
	} else {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool params_without_reassembly(const struct tug_dg_facts *f, struct tug_hit *h)
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
static bool acl_rx_small(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool below_minimum(const struct tug_dg_facts *f, struct tug_hit *h)
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
	} else if (tug_hit_count(h, 1, 3) == 0 && !tiny) {
		h->severity = TUG_SEV_DEGRADED; /* a warning at connection; nothing was refused yet */
	}
	return true;
}

static bool insufficient_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	(void)f;
	return h->seen[0]->num[0] >= 110 && tug_hit_any(h);
}

static bool mtu_not_changed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, 2);

	if (at == NULL || !tug_hit_any(h) || tug_dg_went_on_after(f, at) || f->smp.upload.acked > 3) {
		return false;
	}
	return true;
}

static bool sar_small(const struct tug_dg_facts *f, struct tug_hit *h)
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
		tug_hit_title(h, "The device's buffer (%u octets) is smaller than what one write of this link carries (%u)",
			      (unsigned)x->device.buf_size, (unsigned)x->link.mtu - 3);
	}
	if (x->upload.completed) {
		tug_hit_past(h);
	}
	return true;
}

/* ---- frames that are lost in an upload ------------------------------------------------------------------------ */

static bool responses_lost(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	bool went_on = u->timeouts > 0 && u->acked_after_timeout > 0, said = tug_hit_count(h, 0, 3) > 0;
	const struct tug_evidence *at = tug_hit_latest(h, 0, 5);

	if (!went_on && !said && tug_hit_count(h, 4, 5) == 0) {
		return false;
	}
	tug_hit_range(h, 0, 5);
	if (went_on) {
		tug_hit_title(h, "%u chunk%s got no answer in time, and the upload went on after that", (unsigned)u->timeouts,
			      u->timeouts == 1 ? "" : "s");
		tug_hit_quote(h, &u->last);
	}
	if (u->completed || (at != NULL && (tug_dg_well_after(f, at) || (!said && tug_dg_heard_after(f, at))))) {
		tug_hit_past(h);
	} else if (!went_on && u->acked < 2) {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* nothing shows that it was the answer that was lost */
	}
	return true;
}

static bool chunk_rejected(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool window_too_wide(const struct tug_dg_facts *f, struct tug_hit *h)
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
		tug_hit_title(h, "%u requests were under way at one time, the device has %u buffers, and %u got no answer",
			      (unsigned)x->upload.in_flight, (unsigned)x->device.buf_count, (unsigned)x->upload.timeouts);
	}
	if (x->upload.completed) {
		tug_hit_past(h);
	}
	return true;
}

/* ---- the device falls over ------------------------------------------------------------------------------------ */

/* Patterns of the rows on faults. */
#define FAULT_OVERFLOW "Stack overflow", "Stacking error", "STACK OVERFLOW"
#define FAULT_OVERFLOW_LAST 2u
#define FAULT_THREAD "Current thread: mcumgr smp", "(mcumgr smp)", "thread: mcumgr smp"
#define FAULT_THREAD_LAST 5u
#define FAULT_SYSWORK "(sysworkq)", "Current thread: sysworkq"
#define FAULT_SYSWORK_LAST 7u

static bool update_here(const struct tug_dg_facts *f)
{
	return f->smp.frames > 0 || f->smp.n_cmds > 0 || f->smp.client.at.line > 0;
}

static bool smp_overflow(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool fault(const struct tug_dg_facts *f, struct tug_hit *h)
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
		tug_hit_title(h, "The firmware crashed in its SMP thread (\"mcumgr smp\"), that is while it handled a command");
		h->severity = tug_dg_well_after(f, NULL) ? TUG_SEV_DEGRADED : TUG_SEV_BLOCKING;
	} else if (h->seen[11]->count > 0) {
		tug_hit_title(h, "The firmware crashed in thread \"%s\"", h->seen[11]->word);
	}
	return true;
}

static bool null_fault(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool udp_too_large(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool said = tug_hit_count(h, 5, 6) > 0;

	if (!over_udp(f, h, 0, 4) || (!said && !refused_as_too_large(f, h))) {
		return false;
	}
	tug_hit_range(h, 5, 6);
	return true;
}

static bool udp_user_data(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t size = app_num(f, "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE", "MCUMGR_BUF_USER_DATA_SIZE");

	bool ipv4_only = tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_UDP_IPV6", "n") || h->seen[4]->count > 0;

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

static bool uart_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = app_num(f, "MCUMGR_TRANSPORT_UART_MTU", "UART_MCUMGR_RX_BUF_SIZE");
	int64_t buf = app_num(f, "MCUMGR_TRANSPORT_NETBUF_SIZE", "MCUMGR_BUF_SIZE");
	uint32_t frame = f->smp.upload.max_frame;
	bool lost = tug_dg_first_chunk_lost(f);

	if (!over_serial(f, h, 0, 7) || !(lost || echo_limit(f))) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.first);
	if ((mtu > 0 && frame + 4 > mtu) || (buf > 0 && frame > buf)) {
		quote_setting(f, h, "MCUMGR_TRANSPORT_UART_MTU");
		quote_setting(f, h, "MCUMGR_TRANSPORT_NETBUF_SIZE");
		tug_hit_title(h, "The first chunk (%u octets) is larger than the device's serial transport takes", (unsigned)frame);
	} else if (echo_limit(f)) {
		tug_hit_title(h, "Echoes of %u octets come back, of %u octets not: the serial transport drops larger frames",
			      (unsigned)f->smp.device.echo_ok, (unsigned)f->smp.device.echo_lost);
		h->severity = lost ? TUG_SEV_BLOCKING : TUG_SEV_DEGRADED;
	} else {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool uart_shared(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool version_rejected(const struct tug_dg_facts *f, struct tug_hit *h)
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

static bool two_clients(const struct tug_dg_facts *f, struct tug_hit *h)
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

/* ---- rows ------------------------------------------------------------------------------------------------------- */

#define SERIAL_WORDS                                                                                                 \
	"--conntype serial", "--conntype=serial", "type=serial", "Tx serial", "/dev/tty", "--port ", "serial:/dev",  \
		"dev=COM"

static const struct tug_rule rules[] = {
	{
		.id = "smp-stack-overflow",
		.rank = 20,
		.severity = TUG_SEV_BLOCKING,
		.seen = { FAULT_OVERFLOW, FAULT_THREAD, FAULT_SYSWORK },
		.when = smp_overflow,
		.title = "The SMP thread of the device overflowed its stack, so the device crashed in the middle of a command",
		.cause = "SMP handlers run in a work queue of their own (\"mcumgr smp\", 2048 octets by default since Zephyr 3.2). "
			 "Large buffers, file system hooks, encrypted or external flash and verbose logging need more. What the "
			 "client prints (a time-out, status 8) is only the consequence.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096. CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE does not size this "
		       "thread since Zephyr 3.2.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096, flash, and try again",
		.settle = "The banner of the firmware names its Zephyr version; before 3.2 SMP runs in the system work queue",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "Z51606, github.com/golioth/pouch/pull/265, KI:NCSDK-6832",
	},
	{
		.id = "smp-buffer-null-fault",
		.rank = 25,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "BUS FAULT", "BFAR Address: 0xc", "Failed to get free buffer", "image upload" },
		.when = null_fault,
		.title = "The device crashed on a buffer that it did not get (bus fault after a failed allocation)",
		.cause = "SMP code used the result of a buffer allocation without a look: over Bluetooth and UDP up to Zephyr 2.6 (the "
			 "access goes to address 0xc), over serial up to 4.4. Under load no buffer is free.",
		.fix = "Use a Zephyr where it is fixed (2.7; serial: after 4.4); until then raise CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT and send one chunk at a time.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT and upload with a window of 1; then move to Zephyr 2.7 or later",
		.settle = "The firmware's banner tells its Zephyr version (the fault is gone since 2.7); addr2line of the faulting "
			  "address tells whether it is in smp_alloc_rsp or net_buf",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT=8",
		.source = "Z37105, Z107809",
	},
	{
		.id = "uart-shared-with-console",
		.rank = 30,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Couldn't decode base64 string", "ouldn't decode base64", "illegal base64 data at input",
			  "received invalid nmp packet; hdr.len", "SMPBadStartDelimiter", "SMPBadCRC",
			  "Failed to decode base64 data" },
		.when = uart_shared,
		.title = "Octets that are no SMP frame came over the serial line: console and SMP share it",
		.cause = "Shell, log or console write to the UART that SMP uses (zephyr,uart-mcumgr is not chosen, or is the "
			 "console's UART), or a terminal program has the port open too. Requests are eaten by the shell, answers "
			 "arrive mixed with text.",
		.fix = "Give SMP a UART of its own (chosen { zephyr,uart-mcumgr = &uart1; };), or let the shell carry it "
		       "(CONFIG_MCUMGR_TRANSPORT_SHELL=y instead of CONFIG_MCUMGR_TRANSPORT_UART=y) with "
		       "CONFIG_LOG_BACKEND_UART=n; close the terminal. mcumgr's hexdumps show what came.",
		.next = "close every terminal on that port, then give SMP its own UART with zephyr,uart-mcumgr or use the shell "
			"transport with CONFIG_LOG_BACKEND_UART=n",
		.settle = "Open the port with a terminal and press Enter: a prompt means that the shell has it",
		.commands = "CONFIG_LOG_BACKEND_UART=n\nCONFIG_MCUMGR_TRANSPORT_SHELL=y",
		.source = "Z16278, Z38947, Z100546, Z34670, github.com/apache/mynewt-mcumgr/pull/46",
	},
	{
		.id = "smp-version-rejected",
		.rank = 60,
		.severity = TUG_SEV_BLOCKING,
		.when = version_rejected,
		.title = "The device refuses requests of this SMP version",
		.cause = "Code 12: the server was built with CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=n and the client sends "
			 "version 0. Code 13: the client sends a version the server does not know.",
		.fix = "Use a client that speaks SMP version 2 (tug, current nRF Connect Device Manager, smpmgr), or build with "
		       "CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y.",
		.next = "use a client that speaks SMP version 2, or set CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y",
		.commands = "CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y",
		.source = "src:z:smp/src/smp.c",
	},
	{
		.id = "netbuf-too-small-list",
		.rank = 230,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_dg_when_refused,
		.title = "The image list does not fit the device's buffer, so clients cannot see its images",
		.cause = "The list of two images needs at least 512 octets in one buffer (three: 1024), the default is 384. The "
			 "server says code 7 (response too long), older ones 2.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=512 or more (1024 for three images), or "
		       "CONFIG_MCUMGR_GRP_IMG_FRUGAL_LIST=y, which leaves out flags that are false.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to 1024 and flash that build",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1024\nCONFIG_MCUMGR_GRP_IMG_FRUGAL_LIST=y",
		.source = "src:z:img_mgmt/Kconfig",
	},
	{
		.id = "netbuf-below-upload-minimum",
		.rank = 290,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Maximum packet size too small for some features", "MTU too low to fit any image data",
			  "too long for MTU: ", "SMP frame size too small for this command", "Insufficient MTU: %d" },
		.when = below_minimum,
		.title = "The link takes no packets large enough for an upload",
		.cause = "A first chunk needs about 70 octets around the data and at least the 32 of the image header. The ATT MTU is 23 "
			 "without reassembly, the device's buffer is too small, or the client's own limit is (mtu= of mcumgr).",
		.fix = "CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502 and CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y; a serial "
		       "client: raise its mtu to at least 128.",
		.next = "raise the MTU of the link (CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502) or the client's mtu",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502\nCONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:and:McuMgrBleTransport.java, src:nt:nmxact/xact/image.go, SM8, NCS28390",
	},
	{
		.id = "insufficient-mtu-notice",
		.rank = 430,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "mtuValueHasNotChanged", "MTU Value already set to", "mtuValueOutsideOfValidRange" },
		.when = mtu_not_changed,
		.title = "This version of the iOS library stops when the chunk size it falls back to is the one it has already",
		.cause = "After \"Insufficient MTU\" the library lowers its chunk size and sends again; versions 1.9 to 1.14 take an "
			 "unchanged value for an error and end the update.",
		.fix = "Update the iOS library or the app, or set the upload MTU by hand to a value below the one it names.",
		.next = "update the app (iOS library 1.15 or later), or set its upload MTU by hand",
		.source = "IOS219, IOS560, github.com/nordicsemi/IOS-nRF-Connect-Device-Manager/pull/338",
	},
	{
		.id = "insufficient-mtu-notice",
		.rank = 430,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Insufficient MTU: %d" },
		.when = insufficient_mtu,
		.title = "\"Insufficient MTU\" is a notice: the iOS library lowers its chunk size and goes on",
		.cause = "The library first tries a packet larger than one write can carry, is told what the link takes, and cuts "
			 "its chunks to that.",
		.fix = "Nothing. If the upload really ends there, give the log after this line.",
		.source = "IOS219, IOS560",
	},
	{
		.id = "netbuf-drops-write",
		.rank = 450,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "not responding after %d attempts" },
		.when = netbuf_drops,
		.title = "Small requests are answered, the first chunk of the upload never is: its write may be larger than the "
			 "device's buffer",
		.cause = "A write that does not fit CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (384 by default) is refused by the device with "
			 "an error that a write without response never shows; a write beyond the MTU minus 3 never gets there. A slow erase (upload-erase-timeout) and a crash at the "
			 "first chunk (smp-stack-overflow) look the same from the client.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y with CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y, or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE at least as large as the MTU minus 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y, or CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to at least the MTU minus 3",
		.settle = "Compare CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of the build's .config with the size of the first chunk, and "
			  "watch the device's console at the upload; `tug doctor` measures the limit with echoes",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y\nCONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y",
		.source = "src:z:smp_bt.c, github.com/boogie/mcumgr-web/pull/17",
	},
	{
		.id = "params-without-reassembly",
		.rank = 452,
		.severity = TUG_SEV_BLOCKING,
		.when = params_without_reassembly,
		.title = "The device names a buffer larger than one write, the client cuts its first chunk into several writes, and no "
			 "answer comes",
		.cause = "Clients take the answer to the parameters command for reassembly. A device that answers it without "
			 "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY takes each write for a frame and drops them all. An erase that takes "
			 "long or a crash at the first chunk looks the same.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y; or CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=n; or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE not above the MTU minus 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y and flash that build",
		.settle = "Look for CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y in the build's .config; when it is there, watch the "
			  "device's console during the first chunk",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:and:McuMgrBleTransport.java, OTAK",
	},
	{
		.id = "uart-mtu-vs-netbuf",
		.rank = 454,
		.severity = TUG_SEV_BLOCKING,
		.seen = { SERIAL_WORDS },
		.when = uart_mtu,
		.title = "Small requests are answered over this serial line, the first chunk of the upload never is: it may be larger "
			 "than the device takes",
		.cause = "The device joins the lines of a frame up to CONFIG_MCUMGR_TRANSPORT_UART_MTU (256) and puts it into a buffer of "
			 "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (384); a larger frame is dropped without an answer. A slow erase or a "
			 "crash at the first chunk look the same.",
		.fix = "Lower the client's mtu (mcumgr: mtu=256 in the connection string, or 128) and its line length, or raise "
		       "CONFIG_MCUMGR_TRANSPORT_UART_MTU and CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (at least the former minus 2).",
		.next = "upload with a smaller frame (mcumgr: mtu=128 in the connection string)",
		.settle = "Upload once with mtu=128 and -t 60: when it moves now, it was the size; when it moves after a wait, it was the "
			  "erase",
		.commands = "mcumgr --conntype serial --connstring dev=/dev/ttyACM0,baud=115200,mtu=128 -t 60 image upload app_update.bin",
		.source = "src:z:Kconfig.uart, SC22, Z9509",
	},
	{
		.id = "acl-rx-smaller-than-mtu",
		.rank = 550,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Insufficient MTU: %d" },
		.when = acl_rx_small,
		.title = "CONFIG_BT_BUF_ACL_RX_SIZE limits the ATT MTU to less than CONFIG_BT_L2CAP_TX_MTU",
		.cause = "The MTU that both sides use is the smaller of the two directions; what the device can receive is "
			 "CONFIG_BT_BUF_ACL_RX_SIZE minus 4, and one write carries 3 octets less.",
		.fix = "Make CONFIG_BT_BUF_ACL_RX_SIZE at least CONFIG_BT_L2CAP_TX_MTU plus 4: 498 and 502 (as nRF Connect SDK does), 252 and "
		       "256, or 247 and 251.",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502",
		.source = "IOS219, OTAK",
	},
	{
		.id = "sar-buffer-smaller-than-mtu",
		.rank = 552,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "SAR Buffer Size (%d) is smaller than negotiated MTU (%d)" },
		.when = sar_small,
		.title = "The device's buffer is smaller than what one write of this link carries",
		.cause = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE is below the MTU of the link. Clients that cut their frames to the MTU "
			 "lose them; newer ones go down to the buffer size and are slower than they could be.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE at least the MTU, best a multiple of the MTU minus 3 (2475 = 5 * 495).",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=2475",
		.source = "IOS502, IOS498, OTAK",
	},
	{
		.id = "response-lost-timeouts",
		.rank = 554,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "A notification for chunk with offset=%d was lost", "Uploader write failure for chunk with offset=%d",
			  "otification for chunk with offset", "Chunk timed out",
			  "timed out without receiving a response", "Sending the request timed out" },
		.when = responses_lost,
		.title = "A request got no answer in time",
		.cause = "When other chunks were answered after it, phones that drop or delay notifications while several requests are "
			 "under way are the usual reason. When nothing came after it, suspect in this order: a frame too large for "
			 "the device (netbuf-drops-write), an erase that takes long, a crash of the SMP thread (smp-stack-overflow).",
		.fix = "One request at a time (number of buffers 1), a current version of the app or library, Bluetooth off and on. When "
		       "it always stops at the same place, look at the device's console there.",
		.settle = "See whether later requests are answered: image list on the same link, and the device's console at the moment "
			  "of the time-out",
		.source = "AND72, AND146, AND58, src:and:Uploader.kt",
	},
	{
		.id = "chunk-rejected-offset",
		.rank = 456,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "has been lost (expected offset=%d, received=%d)", "has not been acknowledged too many times" },
		.when = chunk_rejected,
		.title = "The device did not take a chunk: it answered with an offset before its end",
		.cause = "A chunk was dropped on the way or came twice, a second client uploads to the same device, or (steps back by 1 to 3 "
			 "octets) flash code before NCS 1.9 wants chunks aligned to 4.",
		.fix = "One request at a time and one client; memory alignment 4 in the client for NCS up to 1.8.",
		.next = "upload again with one request at a time (number of buffers 1) and no other client connected",
		.source = "src:and:Uploader.kt, src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "window-exceeds-buffers",
		.rank = 556,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "has been overwritten" },
		.when = window_too_wide,
		.title = "More requests were under way at one time than the device has buffers",
		.cause = "One of CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT buffers is needed for the answer. Requests beyond that are dropped, and "
			 "a write without response shows no error.",
		.fix = "A window of buf_count minus 1 (number of buffers in the app), or a higher CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT=8",
		.source = "AND72",
	},
	{
		.id = "udp-netbuf-exceeds-datagram",
		.rank = 558,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "--conntype udp", "--conntype=udp", "type=udp", "smpmgr --ip", "udp:", "EMSGSIZE", "Message too long" },
		.when = udp_too_large,
		.title = "A frame was too large for one datagram",
		.cause = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (2048) is larger than what one UDP datagram carries "
			 "(CONFIG_MCUMGR_TRANSPORT_UDP_MTU 1500, less on IPv6 links), and the network stack does not fragment. Clients that "
			 "trust the parameters command run into it.",
		.fix = "Limit the client's frame to 1024, or CONFIG_NET_IPV4_FRAGMENT=y / CONFIG_NET_IPV6_FRAGMENT=y, or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400 with CONFIG_MCUMGR_GRP_FS_DL_CHUNK_SIZE_LIMIT=y.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400\nCONFIG_MCUMGR_GRP_FS_DL_CHUNK_SIZE_LIMIT=y",
		.source = "SC57, Z107815, Z107869",
	},
	{
		.id = "udp-user-data-size",
		.rank = 26,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "--conntype udp", "--conntype=udp", "type=udp", "overlay-udp.conf", "MCUMGR_TRANSPORT_UDP_IPV6=n", "smp_udp.c",
			  "ZEPHYR FATAL ERROR", "BUS FAULT", "Stack overflow" },
		.when = udp_user_data,
		.title = "The device crashed on an SMP request over UDP: the address of the sender does not fit the buffer's user data",
		.cause = "Each buffer keeps the sender's address in its user data; CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE is too small "
			 "for it. An address of the socket interface takes 24 as soon as IPv6 is in the build, even when SMP uses IPv4 only; "
			 "the default before Zephyr 3.6 was too small then.",
		.fix = "Remove CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE from the configuration, or set it to 24.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24 and flash that build",
		.settle = "Look up CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE in the build's .config: below 24 it is this",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24",
		.source = "Z64375, Z50812",
	},
	{
		.id = "two-clients-interleaved",
		.rank = 560,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "No listener for incoming NMP message" },
		.when = two_clients,
		.title = "Answers came to requests that this client did not send",
		.cause = "Another client talks to the device over the same link (nRF Connect beside its own DFU part, a second tool), or "
			 "answers arrive after their time-out. The state of an upload is one for all clients of a device.",
		.fix = "One client at a time; CONFIG_MCUMGR_GRP_IMG_MUTEX=y when the device serves several transports.",
		.settle = "Repeat with every other client closed, and with a longer time-out",
		.commands = "CONFIG_MCUMGR_GRP_IMG_MUTEX=y",
		.source = "src:z:img_mgmt.c, src:nt:nmp/dispatch.go",
	},
	{
		.id = "firmware-fault",
		.rank = 562,
		.severity = TUG_SEV_DEGRADED,
		.seen = { FAULT_OVERFLOW, FAULT_THREAD, FAULT_SYSWORK, "FATAL ERROR %d:", "ZEPHYR FATAL ERROR",
			  "Halting system", "Current thread: %x (%s)" },
		.when = fault,
		.title = "The firmware crashed",
		.cause = "The device's console shows a fatal error. A device that restarts or halts there answers no further request, and "
			 "a new image that does it before it is confirmed is put back at the next reset.",
		.fix = "Look up the faulting address in the firmware's ELF file; for a stack overflow raise the stack of the thread that "
		       "is named.",
		.next = "look up the faulting address (r15/pc) in the firmware's ELF file: it names the function that crashed",
		.commands = "addr2line -e build/zephyr/zephyr.elf ADDRESS",
		.source = "src:z:kernel/fatal.c",
	},
};

const struct tug_rule_set tug_rules_frames = { rules, sizeof(rules) / sizeof(rules[0]) };
