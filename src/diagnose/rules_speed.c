/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: performance. They speak only when there are figures: a rate from the times of an upload, an interval, a
 * wait.
 */
#include <stdlib.h>
#include <string.h>

#include "reader_priv.h"
#include "refusal_priv.h"
#include "story_priv.h"

/* What the client's own summary says: octets and milliseconds, patterns 0 and 1. */
static uint32_t said_rate(const struct tug_hit *h)
{
	const struct tug_dg_seen *s = h->seen[0];

	if (s->count == 0 || s->num[0] < 8192 || s->num[1] < 2000 || s->num[0] > INT32_MAX) {
		return 0;
	}
	return (uint32_t)(s->num[0] * 1000 / s->num[1]);
}

static uint32_t rate_of(const struct tug_dg_facts *f, const struct tug_hit *h)
{
	uint32_t said = said_rate(h);

	return said > 0 ? said : tug_dg_rate(f);
}

static void quote_upload(const struct tug_dg_facts *f, struct tug_hit *h)
{
	tug_hit_seen(h, 0);
	tug_hit_quote(h, &f->smp.upload.first);
	tug_hit_quote(h, &f->smp.upload.done);
}

static void rate_title(struct tug_hit *h, const char *why, uint32_t rate)
{
	tug_hit_title(h, "The upload ran at %u.%02u kB/s: %s", (unsigned)(rate / 1000), (unsigned)(rate % 1000 / 10),
		      why);
}

static bool single_packet(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	uint32_t rate = rate_of(f, h);

	if (rate == 0 || rate > 5000 || !tug_dg_over_ble(f) || u->max_chunk == 0 || u->max_chunk >= 250 ||
	    u->in_flight > 1 || (f->smp.link.mtu > 0 && f->smp.link.mtu <= 65)) {
		return false;
	}
	quote_upload(f, h);
	rate_title(h, "one small chunk, one answer, and so on", rate);
	return true;
}

static bool mtu_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	uint32_t rate = rate_of(f, h);

	if (x->link.mtu == 0 || x->link.mtu > 65 || x->upload.acked < 2) {
		return false;
	}
	tug_hit_quote(h, &x->link.mtu_at);
	quote_upload(f, h);
	if (rate > 0) {
		tug_hit_title(h, "The upload ran at %u.%02u kB/s, with an ATT MTU of %u: one write carries %u octets",
			      (unsigned)(rate / 1000), (unsigned)(rate % 1000 / 10), (unsigned)x->link.mtu,
			      (unsigned)x->link.mtu - 3);
	} else {
		tug_hit_title(h, "The upload runs with an ATT MTU of %u: one write carries %u octets",
			      (unsigned)x->link.mtu, (unsigned)x->link.mtu - 3);
	}
	return true;
}

static bool slow_interval(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	uint32_t rate = rate_of(f, h);

	if (x->link.smp_itvl_us <= 30000 || x->upload.acked < 2 || rate > 10000) {
		return false;
	}
	tug_hit_quote(h, &x->link.params);
	quote_upload(f, h);
	tug_hit_title(h, "The connection interval is %u.%02u ms during the upload",
		      (unsigned)(x->link.smp_itvl_us / 1000), (unsigned)(x->link.smp_itvl_us % 1000 / 10));
	return true;
}

static bool erase_first(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;

	if (u->first_answer_ms <= 3000 || u->acked == 0) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	tug_hit_title(h, "The first chunk was answered after %lld.%lld s: the whole slot is erased before it",
		      (long long)(u->first_answer_ms / 1000), (long long)(u->first_answer_ms % 1000 / 100));
	return true;
}

static bool is_nrf54l(const struct tug_dg_facts *f)
{
	return strncmp(f->smp.device.chip, "nrf54l", 6) == 0 || strstr(f->smp.device.board, "nrf54l") != NULL;
}

static bool rram_buffer(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, "NRF_RRAM_WRITE_BUFFER_SIZE");
	uint32_t ncs = f->version.ncs.v;

	if ((!is_nrf54l(f) && h->seen[0]->count == 0) || ncs < 20800 || ncs >= 30000 ||
	    (s != NULL && strtol(s->value, NULL, 0) >= 32)) {
		return false;
	}
	tug_hit_seen(h, 0);
	tug_hit_quote(h, &f->version.ncs.at);
	if (s != NULL) {
		tug_hit_quote(h, &s->at);
		tug_hit_title(h, "MCUboot writes the RRAM in pieces of %s words only, so a swap takes long", s->value);
	} else {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

/* Time of a place: the input's clock, else the device's own at the start of its line. */
static int64_t ms_of(const struct tug_evidence *at)
{
	struct tug_slice s = tug_slice_of(at->text, strlen(at->text));
	int64_t ms;

	if (at->ms >= 0) {
		return at->ms;
	}
	if (s.len > 0 && s.p[0] == '[') {
		s.p++;
		s.len--;
	}
	return tug_dg_clock(&s, &ms) ? ms : -1;
}

/* Time from the reset to the first list after it, or from the start of a swap to the jump, -1 = not known. */
static int64_t swap_ms(const struct tug_dg_facts *f, struct tug_evidence *from, struct tug_evidence *to)
{
	const struct tug_dg_reset *r = &f->smp.reset;

	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (b->algorithm[0] != '\0' && b->jumped && ms_of(&b->swap_at) >= 0 &&
		    b->swap_at.input == b->jump_at.input) {
			*from = b->swap_at;
			*to = b->jump_at;
			return ms_of(to) - ms_of(from);
		}
	}
	if (r->after.known && r->last.line > 0 && r->last.input == r->after.at.input && r->last.ms >= 0 &&
	    r->after.at.ms > r->last.ms) {
		*from = r->last;
		*to = r->after.at;
		return to->ms - from->ms;
	}
	return -1;
}

static bool swap_takes_time(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct tug_evidence from, to;
	int64_t ms = swap_ms(f, &from, &to);

	if (ms < 10000 || ms > 300000) {
		return false;
	}
	tug_hit_quote(h, &from);
	tug_hit_quote(h, &to);
	tug_hit_title(h, "The device was silent for %lld s while MCUboot swapped the images", (long long)(ms / 1000));
	return true;
}

#define SUMMARY "Upload completed. %d bytes sent in %d ms"

static const struct tug_rule rules[] = {
	{
		.id = "perf-mtu-23",
		.rank = 570,
		.severity = TUG_SEV_DEGRADED,
		.seen = { SUMMARY },
		.when = mtu_small,
		.title = "The upload runs with a very small ATT MTU",
		.cause = "The device accepts no larger MTU: CONFIG_BT_L2CAP_TX_MTU and CONFIG_BT_BUF_ACL_RX_SIZE have "
			 "small values, or the link layer does not carry long packets.",
		.fix = "CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502, CONFIG_BT_BUF_ACL_TX_SIZE=251 and "
		       "CONFIG_BT_CTLR_DATA_LENGTH_MAX=251; in nRF Connect SDK "
		       "CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU_SPEEDUP=y does that.",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502\n"
			    "CONFIG_BT_CTLR_DATA_LENGTH_MAX=251",
		.source = "OTAK, IOS219, DZ107913",
	},
	{
		.id = "perf-single-packet-window",
		.rank = 572,
		.severity = TUG_SEV_DEGRADED,
		.seen = { SUMMARY },
		.when = single_packet,
		.title = "The upload sends one small chunk at a time",
		.cause = "Each chunk waits for the answer of the one before, and each fits one write: two connection "
			 "events for some 200 octets.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y, CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y and "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=2475 on the device; several buffers in the client "
		       "(buf_count minus 1).",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y\nCONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=2475\n"
			    "CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y",
		.source = "OTAK, IOS182",
	},
	{
		.id = "perf-slow-interval",
		.rank = 574,
		.severity = TUG_SEV_DEGRADED,
		.seen = { SUMMARY },
		.when = slow_interval,
		.title = "The connection interval is long during the upload",
		.cause = "Every request and its answer wait for connection events; at such an interval a chunk takes "
			 "many of them.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL=y lets the device ask for a short interval while "
		       "SMP is in use; in the app ask for high connection priority (Android). iOS goes down to 15 ms.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL=y",
		.source = "src:z:Kconfig.bluetooth",
	},
	{
		.id = "perf-erase-first",
		.rank = 576,
		.severity = TUG_SEV_DEGRADED,
		.when = erase_first,
		.title = "The first chunk takes long, because the whole slot is erased before it",
		.cause = "Without progressive erase the device erases the slot in one go at the first chunk. A client "
			 "with a shorter time-out calls that a failure, and a link with a short supervision time-out "
			 "is lost.",
		.fix = "CONFIG_IMG_ERASE_PROGRESSIVELY=y.",
		.commands = "CONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "NM106, MM28",
	},
	{
		.id = "perf-rram-buffer",
		.rank = 690,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.seen = { "nrf54l15" },
		.when = rram_buffer,
		.title = "On nRF54L with NCS 2.8 and 2.9 MCUboot may write the RRAM word by word, and a swap takes "
			 "long",
		.cause = "In these versions MCUboot is built without a write buffer for the RRAM.",
		.fix = "CONFIG_NRF_RRAM_WRITE_BUFFER_SIZE=32 in {mcuboot.conf}.",
		.settle = "Look up CONFIG_NRF_RRAM_WRITE_BUFFER_SIZE in build/mcuboot/zephyr/.config: below 32 it is "
			  "slow",
		.commands = "CONFIG_NRF_RRAM_WRITE_BUFFER_SIZE=32",
		.source = "KI:NCSDK-31066",
	},
	{
		.id = "perf-swap-time",
		.rank = 692,
		.severity = TUG_SEV_HARMLESS,
		.when = swap_takes_time,
		.title = "The device was silent for a while because MCUboot swapped the images",
		.cause = "A swap copies both images page by page; two images of 400 kB take 15 s and more on an "
			 "nRF52840. LEDs and console stay quiet during that.",
		.fix = "Wait, and do not reset. Tell the client (estimated swap time) to wait that long before it "
		       "connects.",
		.source = "AND127",
	},
};

const struct tug_rule_set tug_rules_speed = { rules, sizeof(rules) / sizeof(rules[0]) };
