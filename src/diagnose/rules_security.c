/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: security and pairing, as logs show it. What a configuration alone tells is among the settings.
 */
#include "refusal_priv.h"
#include "story_priv.h"

/* Words of all kinds of clients for an access that was refused for want of security. */
#define REFUSED                                                                                                      \
	"nsufficient authentication", "nsufficient Authentication", "GATT INSUF AUTHENTICATION",                     \
		"GATT INSUF ENCRYPTION", "Authentication is insufficient", "Encryption is insufficient",             \
		"GATT_INSUFFICIENT_AUTHENTICATION", "GATT_INSUFFICIENT_ENCRYPTION", "nsufficient encryption",        \
		"nsufficient Encryption", "GATT ENCRYPTED NO MITM"
#define REFUSED_LAST 10u

static bool auth_required(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, REFUSED_LAST);

	if (at == NULL || h->seen[REFUSED_LAST + 1]->count > 0) {
		return false; /* "Unable to resume encryption": bond-stale */
	}
	tug_hit_range(h, 0, REFUSED_LAST);
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h); /* the refusal started the pairing, and that worked */
	}
	return true;
}

static bool auth_impossible(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *paired = tug_hit_latest(h, 5, 9);
	const struct tug_evidence *at = tug_hit_latest(h, 0, 4);

	if (at == NULL || paired == NULL || !tug_dg_later(at, paired) || tug_dg_heard_after(f, at)) {
		return false; /* refused although paired: the key has not the level that is asked for */
	}
	tug_hit_quote(h, paired);
	tug_hit_quote(h, at);
	if (h->seen[5]->count == 0) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool bond_stale(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, TUG_RULE_SEEN - 1);

	if (!tug_hit_any(h)) {
		return false;
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

static bool bonds_erased(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE);
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLES_APP, "BT_SETTINGS");

	if (c == NULL || c->ok == 0) {
		return false;
	}
	tug_hit_quote(h, &c->first_request);
	tug_hit_quote(h, &c->last_ok);
	if (tug_dg_conf_is(f->conf, TUG_ROLES_APP, "BT_SETTINGS", "y")) {
		tug_hit_quote(h, &s->at);
	} else if (!tug_hit_any(h)) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool security_on_connect(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!f->smp.link.bonding_before_smp || tug_dg_any_answer(f) || f->smp.frames == 0) {
		return false;
	}
	tug_hit_any(h);
	tug_hit_quote(h, &f->smp.first);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "bond-stale",
		.rank = 48,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Unable to resume encryption, pairing removed from peer", "Peer removed pairing information",
			  "McuMgrInsufficientAuthenticationException", "PIN or Key Missing", "Pin or Key Missing",
			  "peerRemovedPairingInformation" },
		.when = bond_stale,
		.title = "The phone has a bond with this device, and the device no longer has its keys",
		.cause = "The device lost the bond: its settings were erased (mass erase, full flash, erase of "
			 "application settings during an update) or their partition moved with a new layout.",
		.fix = "Forget the device in the phone's Bluetooth settings and pair again. In the project keep the "
		       "settings partition where it is (pm_static.yml), and do not erase application settings in the "
		       "update.",
		.next = "forget the device in the Bluetooth settings of the phone and pair again",
		.commands = "bluetoothctl remove ADDRESS",
		.source = "src:and:McuMgrBleTransport.java, github.com/nordicsemi/Kotlin-BLE-Library/pull/202",
	},
	{
		.id = "smp-auth-impossible",
		.rank = 50,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "nsufficient authentication", "nsufficient Authentication", "GATT INSUF AUTHENTICATION",
			  "Authentication is insufficient", "GATT ENCRYPTED NO MITM", "level 2", "BOND_BONDED (12)",
			  "Device bonded", "Pairing successful", "Paired: yes" },
		.when = auth_impossible,
		.title = "The link is paired without authentication (Just Works), and the SMP characteristic asks for "
			 "an authenticated key",
		.cause = "A device without display, keyboard, fixed passkey or OOB pairs at level 2; the permission in "
			 "force (CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN, or CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN up to "
			 "Zephyr 3.7) asks for level 3. No amount of pairing gets there.",
		.fix = "{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=n;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y} on a "
		       "device without input and output; or give it a passkey (CONFIG_BT_FIXED_PASSKEY=y, or "
		       "bt_conn_auth_cb with passkey_display).",
		.next = "build with "
			"{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=n;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y}, or "
			"give the device a passkey",
		.settle = "The device's console tells the level (\"Security changed: ... level 2\"); the pairing "
			  "dialogue tells whether it asked for a passkey",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y",
		.source = "src:z:smp_bt.c",
	},
	{
		.id = "smp-auth-required",
		.rank = 52,
		.severity = TUG_SEV_BLOCKING,
		.seen = { REFUSED, "Unable to resume encryption" },
		.when = auth_required,
		.title = "The SMP characteristic accepts only an authenticated or encrypted link, and this link is not",
		.cause = "Zephyr protects the characteristic by default: {z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=y is "
			 "the default;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN is the default}. The client did not "
			 "pair, or paired without a passkey. nRF Connect SDK's option for OTA updates leaves it open.",
		.fix = "Pair first, with a client that can and with a passkey. Or lower the demand: "
		       "{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=n;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y "
		       "(pairing without passkey is enough) or CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW=y (open to everyone "
		       "in range)}.",
		.next = "pair with the device first (with its passkey), or build it with "
			"{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=n;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y}",
		.commands = "bluetoothctl pair ADDRESS",
		.source = "MCLI14, OTAK, src:z:smp_bt.c",
	},
	{
		.id = "auto-security-breaks-client",
		.rank = 580,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "bond state changed to: BOND_BONDING (11)" },
		.when = security_on_connect,
		.title = "The device asked for pairing right after the connection, and no SMP request was answered "
			 "after that",
		.cause = "While the phone shows its pairing dialogue the first requests wait or are dropped, and the "
			 "client's time-outs run out.",
		.fix = "Pair the phone with the device first (system settings or nRF Connect), then start the update.",
		.settle = "Try again with the device already bonded: when it works then, it was the dialogue",
		.source = "ANC189",
	},
	{
		.id = "bonds-erased-by-dfu",
		.rank = 582,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "BOND_BONDED (12)", "Device bonded" },
		.when = bonds_erased,
		.title = "The update erased the application's settings, and with them all bonds",
		.cause = "\"Erase application settings\" sends group 63 command 0, and the device did it. Everything "
			 "in the storage partition is gone: bonds, names, calibration.",
		.fix = "Leave \"Erase application settings\" off unless the new firmware cannot read the old settings. "
		       "Forget the device on bonded phones and pair again.",
		.settle = "CONFIG_BT_SETTINGS=y in the build's .config means that the bonds were in there",
		.source = "src:z:basic_mgmt.c",
	},
};

const struct tug_rule_set tug_rules_security = { rules, sizeof(rules) / sizeof(rules[0]) };
