/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: connection and GATT. What a link end means depends on when it came; the moments are those of the tracker.
 */
#include "refusal_priv.h"
#include "story_priv.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the SMP service ---------------------------------------------------------------------------------------- */

/* A table from the phone's memory is there at once; asking the device takes longer than this. */
#define FRESH_DISCOVERY_MS 300

/* Patterns of both rules: 0..NO_SERVICE_LAST say it, the next ones say that it was something else. */
#define NO_SERVICE                                                                                                   \
	"Device does not support SMP service", "SMP service not found", "SMP service NOT found",                     \
		"No Services matching UUID 8d53dc1d", "Missing the SMP characteristic UUID",                         \
		"Characteristic da2e7828-fbce-4e01-ae9e-261174997c48 was not found",                                 \
		"BLE peer doesn't support required characteristic", "McuMgrBleTransportError.missingService"
#define NO_SERVICE_LAST 7u
#define CACHE_EMPTIED 8u

static bool fresh(const struct tug_dg_facts *f, const struct tug_hit *h)
{
	return f->smp.link.discovery_ms >= FRESH_DISCOVERY_MS || tug_hit_count(h, CACHE_EMPTIED, CACHE_EMPTIED + 2) > 0;
}

static bool service_missing(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, NO_SERVICE_LAST);

	if (at == NULL || !tug_hit_range(h, 0, NO_SERVICE_LAST)) {
		return false;
	}
	if (fresh(f, h)) {
		tug_hit_quote(h, &f->smp.link.discovery);
		tug_hit_cause(h, "The client asked the device for its services (that took %lld ms, so it was no table "
				 "from memory), and SMP is not among them: the running firmware was built without "
				 "CONFIG_MCUMGR_TRANSPORT_BT, or it is not the firmware you think it is, or another "
				 "device.",
			      (long long)f->smp.link.discovery_ms);
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

static bool stale_cache(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, NO_SERVICE_LAST);

	if (at == NULL || tug_hit_count(h, CACHE_EMPTIED, CACHE_EMPTIED + 2) > 0 ||
	    !tug_hit_range(h, 0, NO_SERVICE_LAST)) {
		return false;
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	} else if (fresh(f, h) || (f->src & (TUG_SRC_ANDROID | TUG_SRC_NRF_CONNECT | TUG_SRC_IOS)) == 0) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* A text that means the end, unless the device answered after it. */
static bool last_word(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, TUG_RULE_SEEN - 1);

	if (at == NULL) {
		return false;
	}
	tug_hit_any(h);
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

/* ---- links that end ----------------------------------------------------------------------------------------- */

static const int32_t timed_out[] = { 8, 0x22, -1 };
static const int32_t by_peer[] = { 0x13, 0x15 };

/*
 * Was the link dead before the upload began? A time-out is noticed that long after the last packet, so an end sooner
 * after the first chunk than the time-out has its cause before it.
 */
static bool dead_before(const struct tug_dg_facts *f, const struct tug_dg_link_end *e)
{
	return e->status == 8 && f->smp.link.ups <= 1 && f->smp.link.timeout_ms > 600 && e->after_ms >= 0 &&
	       e->after_ms + 100 < (int64_t)f->smp.link.timeout_ms;
}

static const struct tug_dg_link_end *lost_at_start(const struct tug_dg_facts *f)
{
	const struct tug_dg_link_end *e = tug_dg_end_with(f, TUG_DG_AT(TUG_WHEN_UPLOAD_START), timed_out, N(timed_out));

	return e != NULL && !dead_before(f, e) ? e : NULL;
}

static uint32_t smp_timeout(const struct tug_dg_facts *f)
{
	return f->smp.link.smp_timeout_ms > 0 ? f->smp.link.smp_timeout_ms : f->smp.link.timeout_ms;
}

static bool timeout_at_upload_start(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_link_end *e = lost_at_start(f);
	uint32_t timeout = smp_timeout(f);

	if (e == NULL || tug_dg_went_on_after(f, &e->last)) {
		return false;
	}
	tug_hit_quote(h, &f->smp.link.params);
	tug_hit_quote(h, &f->smp.upload.first);
	tug_hit_quote(h, &e->at);
	tug_hit_quote(h, &e->last);
	if (e->after_ms >= 0) {
		tug_hit_title(h, "The link was lost %lld ms after the upload began, before its first chunk was "
				 "answered",
			      (long long)e->after_ms);
	}
	if (timeout > 0 && timeout <= 500) {
		tug_hit_cause(h,
			      "The supervision time-out of this link is %u ms: that short time is what "
			      "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL asks for while SMP is in use. The first "
			      "chunk makes the device erase the slot, and while flash is erased the radio is not "
			      "served for longer than that.",
			      (unsigned)timeout);
	}
	return true;
}

static bool short_timeout_seen(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_link_end *e = lost_at_start(f);
	uint32_t timeout = f->smp.link.smp_timeout_ms;

	if (e != NULL && tug_dg_went_on_after(f, &e->last)) {
		tug_hit_quote(h, &e->at);
		tug_hit_title(h, "The link was lost when an upload began; a later attempt went on");
		return true;
	}
	if (e != NULL || timeout == 0 || timeout > 500 || f->smp.upload.completed || f->smp.upload.acked > 3) {
		return false;
	}
	tug_hit_quote(h, &f->smp.link.params);
	tug_hit_title(h, "The supervision time-out is %u ms while SMP is in use: an upload may lose the link at the "
			 "erase",
		      (unsigned)timeout);
	return true;
}

static bool timeout_after_reset(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const int32_t gone[] = { 8, 0x13, 0x16, 0x22 };
	const struct tug_dg_link_end *e = tug_dg_end_with(f, TUG_DG_AT(TUG_WHEN_AFTER_RESET), gone, N(gone));

	if (e == NULL) {
		return false;
	}
	tug_hit_quote(h, &f->smp.reset.last);
	tug_hit_quote(h, &e->at);
	return true;
}

static bool terminated_by_peer(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_link_end *e = tug_dg_end_with(f, TUG_DG_AT_WORK, by_peer, N(by_peer));

	if (e == NULL && f->smp.link.n_ends == 0 && tug_hit_any(h)) {
		h->severity = TUG_SEV_DEGRADED; /* a client's words, and no telling what it was doing */
		tug_hit_title(h, "The device itself closed the link (status 19, remote user)");
		return true;
	}
	if (e == NULL || tug_dg_later(&f->smp.reset.last, &f->smp.upload.first)) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.last);
	tug_hit_quote(h, &e->at);
	tug_hit_quote(h, &e->last);
	if (tug_dg_went_on_after(f, &e->last)) {
		tug_hit_past(h);
	} else if (f->smp.upload.completed) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* Links lost at work that no other rule explains. Patterns: words of clients that say no more. */
static bool link_lost(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_link_end *e = NULL;
	const struct tug_evidence *at = tug_hit_latest(h, 0, TUG_RULE_SEEN - 1);

	for (uint32_t i = 0; i < f->smp.link.n_ends && e == NULL; i++) {
		const struct tug_dg_link_end *one = &f->smp.link.end[i];

		if ((TUG_DG_AT(one->when) & TUG_DG_AT_WORK) != 0 && !one->by_client && one->status != 0 &&
		    one->status != 0x13 && one->status != 0x15 && one != lost_at_start(f)) {
			e = one;
		}
	}
	if (e != NULL) {
		tug_hit_quote(h, &f->smp.upload.last);
		tug_hit_quote(h, &e->at);
		tug_hit_quote(h, &e->last);
		if (e->status > 0) {
			tug_hit_title(h, "The link was lost with status %d (0x%02x) %s", (int)e->status,
				      (unsigned)e->status,
				      e->when == TUG_WHEN_WAITING ? "while a request was without an answer" :
								    "in the middle of the upload");
		}
		if (tug_dg_went_on_after(f, &e->last) ||
		    (e->when == TUG_WHEN_WAITING && tug_dg_heard_after(f, &e->last))) {
			tug_hit_past(h);
		}
		return true;
	}
	if (at == NULL || lost_at_start(f) != NULL || f->smp.link.n_ends > 0) {
		return false; /* what the ends show has its own rules */
	}
	tug_hit_any(h);
	h->severity = TUG_SEV_DEGRADED;
	if (h->seen[0]->count > 0) {
		tug_hit_title(h, "mcumgr broke the upload off after %lld of %lld octets without saying why",
			      (long long)h->seen[0]->num[0], (long long)h->seen[0]->num[1]);
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

/* Something of a link that came up was seen after `at`. */
static bool up_after(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_link *l = &f->smp.link;

	return l->up || tug_dg_later(&l->discovery, at) || tug_dg_later(&l->mtu_at, at) || tug_dg_later(&l->params, at);
}

/* The client waits for the device to come back, as its own steps say. */
static bool waits_for_return(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_client *c = &f->smp.client;

	return (c->step == TUG_STEP_RESET || c->step == TUG_STEP_CONFIRM) && tug_dg_later(at, &c->at);
}

static bool not_established(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const int32_t refused[] = { 133, 147, 62, 0x101 };
	unsigned early = TUG_DG_AT(TUG_WHEN_CONNECTING) | TUG_DG_AT(TUG_WHEN_BEFORE_SMP);
	const struct tug_dg_link_end *e = tug_dg_end_with(f, early, refused, N(refused));
	const struct tug_evidence *at = e != NULL ? &e->last : tug_hit_latest(h, 0, TUG_RULE_SEEN - 1);

	if (at == NULL || (e == NULL && f->smp.link.n_ends > 0)) {
		return false;
	}
	if (e != NULL) {
		tug_hit_quote(h, &e->at);
		tug_hit_quote(h, &e->last);
		tug_hit_title(h, "The link could not be established: status %d (0x%02x), %u time%s", (int)e->status,
			      (unsigned)e->status, (unsigned)e->count, e->count == 1 ? "" : "s");
	} else {
		tug_hit_any(h);
	}
	if (up_after(f, at) || tug_dg_heard_after(f, at) || tug_dg_well_after(f, at) ||
	    tug_dg_later(at, &f->smp.reset.last) || waits_for_return(f, at)) {
		tug_hit_past(h); /* after a reset: no-reconnect-after-update says it */
	} else if (e == NULL) {
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

static bool no_reconnect(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const int32_t refused[] = { 133, 147, 62, 8, -1 };
	const struct tug_dg_link_end *e = tug_dg_end_with(f, TUG_DG_AT(TUG_WHEN_CONNECTING), refused, N(refused));
	const struct tug_evidence *at = tug_hit_latest(h, 0, 2);
	const struct tug_dg_cmd *list = tug_dg_cmd_of(&f->smp, TUG_GRP_IMG, 0, TUG_SMP_READ);

	if (at == NULL && e != NULL &&
	    (tug_dg_later(&e->last, &f->smp.reset.last) || waits_for_return(f, &e->last))) {
		at = &e->last;
	}
	if (at == NULL && h->seen[3]->count > 0 && f->smp.reset.ok > 0 &&
	    tug_dg_later(&h->seen[3]->last, &f->smp.reset.last)) {
		at = &h->seen[3]->last; /* an iOS app that does not say how the link went */
	}
	if (at == NULL && list != NULL && f->smp.reset.ok > 0 && list->silent > 1 &&
	    tug_dg_later(&list->first_silent, &f->smp.reset.last)) {
		at = &list->first_silent; /* no link to be made: a serial port, UDP */
		tug_hit_title(h, "After the reset the device answered none of %u requests", (unsigned)list->silent);
		tug_hit_quote(h, at);
	}
	if (at == NULL || tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		return false;
	}
	tug_hit_quote(h, &f->smp.reset.last);
	tug_hit_any(h);
	if (e != NULL) {
		tug_hit_quote(h, &e->at);
		tug_hit_quote(h, &e->last);
	}
	return true;
}

static bool other_protocol(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return f->smp.frames == 0 && !f->smp.link.service_found && tug_hit_any(h);
}

/* ---- before the first answer -------------------------------------------------------------------------------- */

static bool no_room_to_advertise(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *conns = tug_dg_conf_get(f->conf, TUG_ROLES_APP, "BT_MAX_CONN");

	if (!tug_hit_any(h)) {
		return false;
	}
	if (conns != NULL) {
		tug_hit_quote(h, &conns->at);
	}
	return true;
}

static bool probe_unanswered(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, TUG_GRP_OS, 6, TUG_SMP_READ);
	uint32_t sent = 0;

	if (c == NULL || c->requests == 0 || c->answers > 0 || tug_dg_any_answer(f) || !tug_dg_over_ble(f) ||
	    tug_hit_count(h, 1, TUG_RULE_SEEN - 1) > 0) {
		return false; /* patterns from 1 on name the reason: security or a fault, which have their own rules */
	}
	for (uint32_t i = 0; i < f->smp.n_cmds; i++) {
		sent += f->smp.cmd[i].requests;
	}
	if (c->silent == 0 && sent == c->requests && !tug_hit_seen(h, 0)) {
		return false; /* the log may just end here */
	}
	tug_hit_quote(h, &c->first_request);
	tug_hit_seen(h, 0);
	if (sent == c->requests) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return true;
	}
	for (uint32_t i = 0; i < f->smp.n_cmds; i++) {
		tug_hit_quote(h, &f->smp.cmd[i].first_silent);
	}
	return true;
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

static const struct tug_rule rules[] = {
	{
		.id = "gatt-stale-cache",
		.rank = 401,
		.severity = TUG_SEV_BLOCKING,
		.seen = { NO_SERVICE, "Cache refreshed", "Refreshing result: true", "gatt.refresh()" },
		.when = stale_cache,
		.title = "The client found no SMP service; a service table it remembers from an earlier firmware "
			 "explains that",
		.cause = "Phones (and BlueZ) keep the attribute table of a device and do not ask again when the "
			 "address is the same. After a firmware with other services was flashed they still see the old "
			 "table, above all when they are bonded and the device sends no Service Changed indication. A "
			 "firmware without SMP gives the very same log (gatt-smp-service-missing): what separates the "
			 "two is a look from a host that never saw this device.",
		.fix = "On the phone: nRF Connect menu \"Refresh services\", or toggle Bluetooth, or forget the "
		       "device. On Linux: bluetoothctl remove ADDRESS. In the firmware: CONFIG_BT_GATT_CACHING=y, "
		       "CONFIG_BT_GATT_SERVICE_CHANGED=y and CONFIG_BT_SETTINGS=y, so that bonded peers are told.",
		.next = "refresh the services on the phone (or toggle Bluetooth) and look at the device with another "
			"phone; if that one finds no service 8D53DC1D-1DB7-4CD3-868B-8A527460AA84 either, the firmware "
			"lacks it",
		.settle = "Connect with a phone or computer that never saw this device: when it lists the service "
			  "8D53DC1D-1DB7-4CD3-868B-8A527460AA84, the first one used a remembered table",
		.commands = "bluetoothctl remove ADDRESS\nbluetoothctl connect ADDRESS\nbluetoothctl "
			    "gatt.list-attributes ADDRESS",
		.source = "AND309, src:and:McuMgrBleTransport.java",
	},
	{
		.id = "gatt-smp-service-missing",
		.rank = 402,
		.severity = TUG_SEV_BLOCKING,
		.seen = { NO_SERVICE, "Cache refreshed", "Refreshing result: true", "gatt.refresh()" },
		.when = service_missing,
		.title = "The SMP service 8D53DC1D-1DB7-4CD3-868B-8A527460AA84 was not found on the connected device",
		.cause = "Either the running firmware does not have it (built without CONFIG_MCUMGR_TRANSPORT_BT, "
			 "registered at run time and never called, an older build still in the slot, or it is another "
			 "device), or the client looked at a remembered table (gatt-stale-cache). The message is the "
			 "same for both.",
		.fix = "CONFIG_MCUMGR=y, CONFIG_MCUMGR_TRANSPORT_BT=y and CONFIG_BT_PERIPHERAL=y in the application; "
		       "in nRF Connect SDK CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y brings them. {z<3.3:The application "
		       "must also call smp_bt_register();Nothing needs to be called}. Check that the build with it is "
		       "the one that runs.",
		.next = "look in build/.../zephyr/.config for CONFIG_MCUMGR_TRANSPORT_BT=y and list the services with "
			"a host that never saw this device",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT=y\nCONFIG_BT_PERIPHERAL=y",
		.source = "src:and:McuMgrBleTransport.java, AND309",
	},
	{
		.id = "gatt-smp-service-missing",
		.rank = 402,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "SMP service not advertised", "SMP Service is not supported", "SMPBLETransportNotSMPServer",
			  "SMPBumbleTransportNotSMPServer" },
		.when = last_word,
		.title = "The SMP service 8D53DC1D-1DB7-4CD3-868B-8A527460AA84 was not found on the connected device",
		.cause = "The connected device does not offer SMP over Bluetooth to this client: its firmware lacks "
			 "CONFIG_MCUMGR_TRANSPORT_BT, or it is another device, or the host remembers an older service "
			 "table.",
		.fix = "CONFIG_MCUMGR=y, CONFIG_MCUMGR_TRANSPORT_BT=y and CONFIG_BT_PERIPHERAL=y in the application; "
		       "remove the device from the host (bluetoothctl remove ADDRESS) before the next try.",
		.next = "list the services of the device with a host that never saw it",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT=y\nCONFIG_BT_PERIPHERAL=y",
		.source = "src:smpclient:transport/ble.py",
	},
	{
		.id = "gatt-smp-char-wrong",
		.rank = 403,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Device does not support SMP characteristic",
			  "SMP characteristic does not support either write", "SMP characteristic not found",
			  "SMP characteristic does not have notify property", "SMP characteristic does not support" },
		.when = last_word,
		.title = "The SMP service is there, but its characteristic is missing or lacks Write Without Response "
			 "or Notify",
		.cause = "Characteristic DA2E7828-FBCE-4E01-AE9E-261174997C48 must be writable without response and "
			 "notify. That Zephyr's own service does; a service written anew, a bridge or a proxy did not.",
		.fix = "Give the characteristic the properties Write Without Response and Notify and a CCC descriptor, "
		       "or use Zephyr's service (CONFIG_MCUMGR_TRANSPORT_BT=y) instead of an own one.",
		.next = "list the properties of characteristic DA2E7828-FBCE-4E01-AE9E-261174997C48 and add what is "
			"missing",
		.commands = "bluetoothctl gatt.list-attributes ADDRESS",
		.source = "src:and:McuMgrBleTransport.java, src:z:transport/src/smp_bt.c",
	},
	{
		.id = "mtu-negotiation-failed",
		.rank = 404,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Failed to negotiate MTU, disconnecting", "MTU request failed with status" },
		.when = last_word,
		.title = "The device refused the exchange of the MTU, and the client hung up",
		.cause = "The device answers Exchange MTU Request with an error: it runs its own exchange at that "
			 "moment, or its stack does not support it. The Android library takes that for the end.",
		.fix = "Let the phone start the exchange: CONFIG_BT_GATT_AUTO_UPDATE_MTU=n on the device, and no "
		       "bt_gatt_exchange_mtu() in its connected callback. On other stacks switch their automatic "
		       "exchange off.",
		.next = "switch off the exchange that the device starts (CONFIG_BT_GATT_AUTO_UPDATE_MTU=n)",
		.commands = "CONFIG_BT_GATT_AUTO_UPDATE_MTU=n",
		.source = "src:and:McuMgrBleTransport.java, github.com/alifsemi/sdk-alif/pull/827",
	},
	{
		.id = "phy-request-stall",
		.rank = 405,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Android device failed to reply to PHY request" },
		.when = last_word,
		.title = "This phone never answers the device's request for the 2M PHY, and the connection dies of it",
		.cause = "The device asks for LE 2M right after the connection; some phones do not reply, and the "
			 "procedure blocks the link until it times out.",
		.fix = "CONFIG_BT_AUTO_PHY_UPDATE=n on the device: stay on 1M, or let the phone ask for 2M.",
		.next = "build the firmware with CONFIG_BT_AUTO_PHY_UPDATE=n",
		.commands = "CONFIG_BT_AUTO_PHY_UPDATE=n",
		.source = "src:and:McuMgrBleTransport.java",
	},
	{
		.id = "link-timeout-at-upload-start",
		.rank = 410,
		.severity = TUG_SEV_BLOCKING,
		.when = timeout_at_upload_start,
		.title = "The link was lost when the upload began, before its first chunk was answered",
		.cause = "The first chunk makes the device erase flash of the slot. While it does, the radio or the "
			 "CPU is not served; when that takes longer than the supervision time-out the link is gone. A "
			 "device that crashes at the first chunk (smp-stack-overflow) looks the same from the phone: "
			 "its console tells.",
		.fix = "CONFIG_IMG_ERASE_PROGRESSIVELY=y (erase page by page as chunks come), "
		       "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400 and "
		       "CONFIG_BT_PERIPHERAL_PREF_TIMEOUT=400 (4 s instead of 420 ms), on nRF52 "
		       "CONFIG_SOC_FLASH_NRF_PARTIAL_ERASE=y. Without a new firmware: erase slot 1 with a command of "
		       "its own first, then upload.",
		.next = "erase slot 1 first and upload then; in the next firmware set CONFIG_IMG_ERASE_PROGRESSIVELY=y "
			"and CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400",
		.commands = "CONFIG_IMG_ERASE_PROGRESSIVELY=y\n"
			    "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400\n"
			    "CONFIG_BT_PERIPHERAL_PREF_TIMEOUT=400\nCONFIG_SOC_FLASH_NRF_PARTIAL_ERASE=y",
		.source = "ANC189, Z92760, NM106, src:z:Kconfig.bluetooth",
	},
	{
		.id = "link-timeout-at-upload-start",
		.rank = 610,
		.severity = TUG_SEV_ADVICE,
		.when = short_timeout_seen,
		.title = "The supervision time-out is short while SMP is in use: an upload may lose the link at the "
			 "erase",
		.cause = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL asks for a supervision time-out of 420 ms. An "
			 "erase that keeps the radio quiet for longer ends the link with status 8 at the first chunk.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400 (4 s), and "
		       "CONFIG_IMG_ERASE_PROGRESSIVELY=y so that no erase is long.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400\n"
			    "CONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "ANC189, Z92760, src:z:Kconfig.bluetooth",
	},
	{
		.id = "link-terminated-by-peer",
		.rank = 440,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "GATT_CONN_TERMINATE_PEER_USER", "GATT CONN TERMINATE PEER USER" },
		.when = terminated_by_peer,
		.title = "The device itself closed the link (status 19, remote user) while the update was at work, "
			 "without a reset",
		.cause = "Status 19 (0x13) is a disconnect that the peer asked for: the application did it (idle or "
			 "security timer, bt_conn_disconnect() in a state it takes for busy), or it restarted in an "
			 "orderly way. Not a bad radio link.",
		.fix = "Look for bt_conn_disconnect() in the application and keep its timers quiet during an update: "
		       "CONFIG_MCUMGR_GRP_IMG_STATUS_HOOKS=y with callbacks for MGMT_EVT_OP_IMG_MGMT_DFU_STARTED and "
		       "_STOPPED.",
		.next = "look at the device's console at that moment for what called bt_conn_disconnect()",
		.settle = "The device's console at that moment shows who closed the link",
		.commands = "CONFIG_MCUMGR_GRP_IMG_STATUS_HOOKS=y",
		.source = "github.com/openppg/eppg-controller/pull/113, src:z:img_mgmt.c",
	},
	{
		.id = "link-lost",
		.rank = 460,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "ImageUpload unexpected error after %d/%d bytes", "Device disconnected unexpectedly",
			  "SMPTransportDisconnected", "GATT Server is disconnected", "McuMgrDisconnectedException",
			  "BLE connection dropped", "Error: disconnected", "GATT_CONN_TIMEOUT" },
		.when = link_lost,
		.title = "The link was lost in the middle of the exchange",
		.cause = "In the order of suspicion: the device restarted or faulted (watchdog, stack overflow), its "
			 "CPU or radio was kept busy by flash for longer than the supervision time-out, the distance "
			 "or the host's radio.",
		.fix = "Read the device's console at that moment: a boot banner or a fault there names the cause. "
		       "Without one, raise the supervision time-out "
		       "(CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400), go closer, and upload again; the "
		       "upload resumes where it stopped when the device did not restart.",
		.next = "read the device's console at the moment of the loss: a boot banner or a fault there names the "
			"cause",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400",
		.source = "src:and:McuMgrBleTransport.java, src:ios:McuMgrTransport.swift, src:nt",
	},
	{
		.id = "link-133",
		.rank = 470,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "(0x85): GATT ERROR", "(0x93): GATT TIMEOUT", "status=133", "status: 133",
			  "android-code: 133", "GATT_ERROR(133)", "GATT_ERROR (133)", "GATT CONN FAIL ESTABLISH",
			  "UNKNOWN (147)", "UNKNOWN(147)", "Unknown (147)", "Unknown(147)" },
		.when = not_established,
		.title = "Android could not establish the link (GATT ERROR 133)",
		.cause = "A catch-all of Android: in the order of suspicion, the device does not advertise at that "
			 "moment (still swapping, linked to something else, single-connection-busy), it is out of "
			 "range, the address type changed, the phone has too many links or remembers a bond that the "
			 "device lost (bond-stale).",
		.fix = "See that the device advertises (another phone, nRF Connect's scanner), then try again; toggle "
		       "Bluetooth on the phone; forget the device. After a reset wait for the swap to end, and raise "
		       "the client's estimated swap time.",
		.next = "scan with another phone: when the device is not seen advertising, look there; else toggle "
			"Bluetooth and try again",
		.source = "src:Android-BLE-Library:GattError.java, src:and:McuMgrBleTransport.java",
	},
	{
		.id = "link-not-made",
		.rank = 472,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Failed to connect to peer after", "SMPBLETransportDeviceNotFound",
			  "SMPBumbleTransportDeviceNotFound", "Transport error: connection timeout",
			  "Peripheral failed to connect", "le-connection-abort-by-local", "BleakDeviceNotFoundError",
			  "failed to find a BLE device" },
		.when = last_word,
		.title = "The client found no device of that name or address, or could not connect to it",
		.cause = "In the order of suspicion: the device does not advertise at that moment (it is linked to "
			 "something else, it sleeps, it crashed), its name or address is another one (the name in the "
			 "advertisement counts, and it may be cut), it is out of range.",
		.fix = "Scan and take name or address from there; disconnect other hosts from the device; look at its "
		       "console for why it does not advertise.",
		.next = "scan for the device and use the name or address that the scan shows",
		.commands = "tug scan\nbluetoothctl scan le",
		.source = "src:nt, src:smpclient:transport/ble.py, DZ102825",
	},
	{
		.id = "other-dfu-protocol",
		.rank = 684,
		.severity = TUG_SEV_ADVICE,
		.seen = { "-1212-efde-1523-785feabcd123", "-1212-EFDE-1523-785FEABCD123",
			  "-f315-4f60-9fb8-838830daea50", "-F315-4F60-9FB8-838830DAEA50",
			  "Secure DFU Service (0xFE59)", "DfuBaseService", "Starting Legacy DFU",
			  "Starting Secure DFU" },
		.when = other_protocol,
		.title = "This log is of the DFU of the nRF5 SDK (Legacy or Secure DFU), not of MCUmgr",
		.cause = "Its service is not the SMP service, its files are not MCUboot images. Rules on MCUmgr and "
			 "MCUboot say nothing about it.",
		.fix = "For a device with MCUboot use the DFU of nRF Connect Device Manager; for one with the nRF5 "
		       "SDK's bootloader look in that SDK's documentation.",
		.source = "src:Android-DFU-Library",
	},
	{
		.id = "no-reconnect-after-update",
		.rank = 480,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Connection failed after reset", "Reconnect failed:", "Failed to reconnect after reset",
			  "Sending the request timed out" },
		.when = no_reconnect,
		.title = "After the reset the client could not connect again, so nobody confirmed the new image",
		.cause = "The client tries while MCUboot still swaps (15 s and more for a full nRF52840), or the new "
			 "image does not advertise (other name or address, advertising not started, a crash at start). "
			 "In Test-and-confirm mode the image stays unconfirmed then, and the next reset puts the old "
			 "one back.",
		.fix = "Raise the client's estimated swap time (Android and iOS: estimatedSwapTime), keep the address "
		       "of the device, or let the application confirm itself with boot_write_img_confirmed() after its "
		       "own check.",
		.next = "connect again by hand, list the images, and confirm the new one when it is active",
		.commands = "tug -d ble:ADDRESS image list\ntug -d ble:ADDRESS image confirm",
		.source = "AND127, AND329, src:ios:FirmwareUpgradeManager.swift",
	},
	{
		.id = "params-probe-no-answer",
		.rank = 490,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Request timed out", "INSUF AUTHENTICATION", "INSUF ENCRYPTION", "Stack overflow",
			  "FATAL ERROR", "nsufficient authentication", "nsufficient Authentication", "GATT AUTH FAIL",
			  "Authentication is insufficient", "Encryption is insufficient" },
		.when = probe_unanswered,
		.title = "The device never answered any SMP request, not even the first one for its buffer sizes",
		.cause = "Service and notifications are there, so the requests arrive at a device whose SMP handler "
			 "does not answer: its work queue is dead (stack overflow, a fault), a bond holds a stale "
			 "notification setting, writes need an encrypted link and are dropped without a word "
			 "(smp-auth-required), or no buffer was free (netbuf-drops-write).",
		.fix = "Reset the device and watch its console during the first request; forget the bond on the phone; "
		       "check CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE (4096) and the permission of the "
		       "characteristic.",
		.next = "reset the device, forget its bond on the phone, and watch the device's console while the "
			"client connects",
		.settle = "Send one more request (image list): when that is answered, only the parameters command is "
			  "missing, which is harmless",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "AND156, src:and:McuMgrBleTransport.java",
	},
	{
		.id = "single-connection-busy",
		.rank = 640,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "dvertising failed to start (err -12)", "start advertising (err -12)",
			  "start advertising: -12", "start advertising, err -12", "start advertising (err: -12)",
			  "restart advertising (err -12)" },
		.when = no_room_to_advertise,
		.title = "The device cannot advertise again: no connection object is free (error -12)",
		.cause = "Connectable advertising needs a free connection object. CONFIG_BT_MAX_CONN of them exist, "
			 "and another link (central role, a phone) or the one just closed still holds it; in the "
			 "disconnected callback it is not yet given back.",
		.fix = "Restart advertising from the recycled callback of struct bt_conn_cb instead of disconnected, "
		       "and raise CONFIG_BT_MAX_CONN to the number of links at one time plus one for the update.",
		.commands = "CONFIG_BT_MAX_CONN=2",
		.source = "src:z:transport/src/smp_bt.c, DZ104511",
	},
	{
		.id = "link-timeout-after-reset",
		.rank = 680,
		.severity = TUG_SEV_HARMLESS,
		.when = timeout_after_reset,
		.title = "The link ended because the device restarted as it was told to",
		.cause = "After a reset the link dies by supervision time-out (8) or is closed (19, 22), depending on "
			 "how fast the device goes down. That is the reset working.",
		.fix = "Nothing. A client that calls this a failure is wrong: connect again and list the images.",
		.commands = "tug -d ble:ADDRESS image list",
		.source = "ANC144, AND242, src:and:Reset.java",
	},
};

const struct tug_rule_set tug_rules_link = { rules, sizeof(rules) / sizeof(rules[0]) };
