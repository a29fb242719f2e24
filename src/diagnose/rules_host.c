/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: the host side: adapters, tools, phones.
 */
#include <string.h>

#include "refusal_priv.h"
#include "story_priv.h"

static bool heard(const struct tug_dg_facts *f, struct tug_hit *h, const struct tug_evidence *at)
{
	if (at == NULL) {
		return false;
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

static bool no_adapter(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool denied = h->seen[0]->count + h->seen[1]->count > 0;

	if (!heard(f, h, tug_hit_latest(h, 0, TUG_RULE_SEEN - 1))) {
		return false;
	}
	tug_hit_any(h);
	if (denied) {
		tug_hit_title(h, "The tool may not use the Bluetooth adapter: operation not permitted");
		tug_hit_cause(h, "It opens the controller itself, which needs the capability cap_net_admin.");
		tug_hit_fix(h, "Run it with sudo, or give the program the capability once.");
		tug_hit_commands(h, "sudo setcap 'cap_net_raw,cap_net_admin+eip' $(which mcumgr)");
	}
	return true;
}

static bool daemon_race(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if ((f->src & TUG_SRC_MCUMGR_CLI) == 0 && tug_hit_count(h, 4, 6) == 0) {
		return false;
	}
	if (tug_hit_count(h, 0, 3) == 0 || !heard(f, h, tug_hit_latest(h, 0, 3))) {
		return false;
	}
	tug_hit_range(h, 0, 3);
	if (h->severity == TUG_SEV_DEGRADED) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* The line ends with `text`. */
static bool says_only(const struct tug_evidence *at, const char *text)
{
	size_t n = strlen(at->text), len = strlen(text);

	return n >= len && strcmp(at->text + n - len, text) == 0;
}

static bool cli_cannot_pair(const struct tug_dg_facts *f, struct tug_hit *h)
{
	/* Other clients write the same words behind their own prefixes. */
	if (h->seen[0]->count == 0 || !says_only(&h->seen[0]->last, "Error: Insufficient authentication") ||
	    (f->src & (TUG_SRC_SMPMGR | TUG_SRC_IOS | TUG_SRC_ANDROID | TUG_SRC_MCUMGRCTL)) != 0) {
		return false;
	}
	tug_hit_seen(h, 0);
	return heard(f, h, &h->seen[0]->last);
}

static bool windows_ble(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool said = tug_hit_count(h, 0, 1) > 0;
	bool windows = tug_hit_count(h, 2, 5) > 0, ble = tug_hit_count(h, 6, 9) > 0;

	if ((!said && !(windows && ble)) || tug_dg_any_answer(f)) {
		return false;
	}
	tug_hit_range(h, 0, said ? 1 : 9);
	return true;
}

static bool endless(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;

	if (u->repeated_refused <= 5 || tug_dg_went_on_after(f, &u->last)) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	tug_hit_quote(h, &u->last);
	tug_hit_title(h, "The client sent the same chunk %u times after the device had refused it",
		      (unsigned)u->repeated_refused);
	return true;
}

static void walk_list(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (tug_dg_first_chunk_lost(f)) {
		tug_hit_title(h, "Other commands are answered, the first chunk of the upload is not: \"NMP timeout\"");
		tug_hit_cause(h, "The line works. In the order of suspicion: the slot is erased in one go and that "
				 "takes longer than the client waits, the frame is larger than the device takes, the "
				 "SMP thread crashes at it.");
		tug_hit_fix(h, "Upload with -t 60 and with a smaller mtu (mtu=256, then 128 in the connection string). "
			       "In the firmware: CONFIG_IMG_ERASE_PROGRESSIVELY=y. When neither helps, watch the "
			       "device's console during the first chunk.");
		tug_hit_commands(h, "mcumgr ... -t 60 image upload app_update.bin");
		tug_hit_quote(h, &f->smp.upload.first);
	} else if (f->smp.upload.acked > 0 && !f->smp.upload.completed) {
		tug_hit_title(h, "In the middle of the upload, at offset %llu, the device stopped answering: \"NMP "
				 "timeout\"",
			      (unsigned long long)f->smp.upload.off);
		tug_hit_cause(h, "In the order of suspicion: an erase or write of flash that takes longer than the "
				 "client waits, a lost frame, a restart of the device.");
		tug_hit_fix(h, "Start the upload again (it resumes) with -t 60; when it stops at the same place, look "
			       "at the device's console there.");
		tug_hit_commands(h, "mcumgr ... -t 60 image upload app_update.bin");
	} else if (tug_dg_any_answer(f)) {
		tug_hit_title(h, "The device answered other commands, and one stayed without an answer: \"NMP "
				 "timeout\"");
	}
}

static bool nmp_timeout(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, 2);

	/* Patterns from 3 on are things with rules of their own that explain it. */
	if (at == NULL || tug_hit_count(h, 3, TUG_RULE_SEEN - 1) > 0 || tug_dg_silence_explained(f, at)) {
		return false;
	}
	tug_hit_range(h, 0, 2);
	walk_list(f, h);
	if (h->seen[0]->count == 0) {
		tug_hit_title(h, "A request of mcumgr stayed without an answer, and mcumgr itself crashed at the "
				 "time-out");
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at) || f->smp.upload.completed) {
		tug_hit_past(h);
	}
	return true;
}

/* Other clients than mcumgr: their words (patterns 0..5), or nothing but silence. */
static bool unanswered(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at = tug_hit_latest(h, 0, 5);
	const struct tug_dg_cmd *probe = tug_dg_cmd_of(&f->smp, TUG_GRP_OS, 6, TUG_SMP_READ);
	bool ble_probe = tug_dg_over_ble(f) && probe != NULL && probe->answers == 0;

	for (uint32_t i = 0; at == NULL && !tug_dg_any_answer(f) && !ble_probe && i < f->smp.n_cmds; i++) {
		if (f->smp.cmd[i].silent > 0 &&
		    (f->smp.src & (TUG_SRC_TUG | TUG_SRC_SMPMGR | TUG_SRC_MCUMGRCTL)) != 0) {
			at = &f->smp.cmd[i].first_silent;
		}
	}
	if (at == NULL || tug_hit_count(h, 6, TUG_RULE_SEEN - 1) > 0 || tug_dg_silence_explained(f, at)) {
		return false;
	}
	tug_hit_range(h, 0, 5);
	tug_hit_quote(h, at);
	if (tug_hit_count(h, 0, 5) == 0) { /* frames alone show it */
		tug_hit_title(h, "The device answered no request at all");
	} else if (tug_dg_first_chunk_lost(f)) {
		tug_hit_title(h, "Other commands are answered, the first chunk of the upload is not");
	} else if (f->smp.upload.acked > 0 && !f->smp.upload.completed) {
		tug_hit_title(h, "In the middle of the upload, at offset %llu, the device stopped answering",
			      (unsigned long long)f->smp.upload.off);
	}
	if (tug_dg_heard_after(f, at) || tug_dg_well_after(f, at)) {
		tug_hit_past(h);
	}
	return true;
}

static bool not_ready(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_hit_any(h)) {
		return false;
	}
	if (f->smp.upload.completed || tug_dg_well_after(f, NULL)) {
		tug_hit_past(h);
	}
	return true;
}

static bool phone_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return not_ready(f, h);
}

static bool packet_over_495(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if ((f->src & TUG_SRC_IOS) == 0 || f->smp.device.params_known || tug_dg_reassembly_set(f) ||
	    f->smp.upload.max_frame <= 495 || !tug_dg_first_chunk_lost(f)) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.first);
	tug_hit_title(h, "A request of %u octets got no answer, shorter ones did", (unsigned)f->smp.upload.max_frame);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

/* nRF Connect ended with the upload: no mark, no reset, and it closed the link itself. */
static bool stopped_after_upload(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;

	if ((f->src & TUG_SRC_NRF_CONNECT) == 0 || !x->upload.completed || x->n_writes > 0 || x->reset.requests > 0 ||
	    x->client.said_success || x->link.up) {
		return false;
	}
	tug_hit_quote(h, &x->upload.done);
	tug_hit_quote(h, &x->last);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool no_room_for_data(const struct tug_dg_facts *f, struct tug_hit *h)
{
	(void)f;
	return tug_hit_seen(h, 0) && tug_hit_seen(h, 1);
}

#define MCUMGR_BLE "--conntype ble", "--conntype=ble", "type=ble", "--conntype \"ble\""

static const struct tug_rule rules[] = {
	{
		.id = "cli-no-pairing",
		.rank = 54,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Error: Insufficient authentication" },
		.when = cli_cannot_pair,
		.title = "mcumgr cannot pair, so it never gets at a protected SMP characteristic",
		.cause = "It opens the Bluetooth controller itself, beside BlueZ: it has no pairing of its own, and "
			 "one made with bluetoothctl is not used.",
		.fix = "Use a client that goes through the system's Bluetooth: tug, smpmgr, nRF Connect Device "
		       "Manager; with BlueZ pair with bluetoothctl first. Or open the characteristic for the bench "
		       "(smp-auth-required).",
		.next = "pair with bluetoothctl and use a client that goes through BlueZ (tug, smpmgr), or a phone",
		.commands = "bluetoothctl pair ADDRESS\ntug -d ble:ADDRESS image list",
		.source = "MCLI14",
	},
	{
		.id = "windows-cli-ble",
		.rank = 56,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Not Supported on Windows", "BLE is not supported on Windows", "mcumgr.exe", "C:\\", "PS C:",
			  "cmd.exe", MCUMGR_BLE },
		.when = windows_ble,
		.title = "mcumgr has no Bluetooth on Windows",
		.cause = "Its Bluetooth part opens a Linux or macOS controller; on Windows only serial and UDP exist.",
		.fix = "Use a phone (nRF Connect Device Manager), smpmgr, AuTerm, or nRF Util's mcu-manager with an "
		       "HCI dongle.",
		.next = "use smpmgr, AuTerm or a phone for Bluetooth on Windows",
		.commands = "smpmgr --ble NAME image state-read",
		.source = "MCLI20",
	},
	{
		.id = "bluez-no-adapter",
		.rank = 58,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "can't up device: operation not permitted", "can't down device: operation not permitted",
			  "can't init hci", "can't up device", "can't scan: Unknown HCI Command",
			  "No default controller available", "No Bluetooth adapters found",
			  "Bluetooth device is turned off", "org.bluez.Error.NotReady",
			  "org.bluez was not provided by any .service files", "Central Manager powered OFF" },
		.when = no_adapter,
		.title = "The host has no Bluetooth adapter that this tool can use",
		.cause = "There is none (virtual machines and WSL do not pass it through), it is switched off or "
			 "blocked, it is not hci0, or the controller lacks what the tool asks of it.",
		.fix = "See what is there with btmgmt info and rfkill list; switch it on; name another index "
		       "(ctlr_name=hci1); or use a USB dongle (Zephyr's hci_usb sample makes one of a development "
		       "kit).",
		.next = "look with `btmgmt info` whether the host has an adapter at all, and switch it on",
		.commands = "btmgmt info\nrfkill list bluetooth\nbluetoothctl power on",
		.source = "MCLI32, MM93, github.com/project-chip/connectedhomeip/pull/9361",
	},
	{
		.id = "cli-nmp-timeout",
		.rank = 510,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "NMP timeout", "panic: send on closed channel", "nmp timeout", "Stack overflow",
			  "ZEPHYR FATAL ERROR", "nsufficient authentication", "can't init hci",
			  "Couldn't decode base64", "illegal base64 data", "uart:~$" },
		.when = nmp_timeout,
		.title = "The device did not answer within the time mcumgr waits (\"NMP timeout\")",
		.cause = "That is all the client knows. In the order of suspicion: the wrong port or baud rate, a "
			 "console or terminal on the same UART, a device that is not in the mode that is expected "
			 "(application or serial recovery), a chunk that is too large, an erase that takes long, a "
			 "crash of the SMP thread.",
		.fix = "Send an echo or image list on the same port: when that fails too, it is the line (port, baud "
		       "rate, shared UART, mode of the device); when it works, it is the upload (-t 60 for the first "
		       "chunk, mtu=256 or 128, the device's console).",
		.next = "send `mcumgr echo hello` on the same connection to tell the line from the upload",
		.commands = "mcumgr --conntype serial --connstring dev=/dev/ttyACM0,baud=115200 echo hello\nmcumgr "
			    "--conntype serial --connstring dev=/dev/ttyACM0,baud=115200,mtu=128 -t 60 image upload "
			    "app_update.bin",
		.source = "src:nt:mgmt/transceiver.go, Z9509, Z17805",
	},
	{
		.id = "request-unanswered",
		.rank = 512,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "s) waiting for request", "Timeout waiting for response", "A timeout occurred",
			  "no answer in time", "not responding after", "SMP request timed out", "Stack overflow",
			  "ZEPHYR FATAL ERROR", "nsufficient authentication", "nsufficient Authentication",
			  "illegal base64 data", "uart:~$" },
		.when = unanswered,
		.title = "A request got no answer in time",
		.cause = "That is all the client knows. When nothing is answered, suspect the line first: the wrong "
			 "port or baud rate, a console or terminal on the same UART, a device in the other mode "
			 "(application or serial recovery). When only the upload is not: a frame that is too large for "
			 "the device, an erase that takes long, a crash of its SMP thread.",
		.fix = "Send an echo: when that fails too, look at the line; when it works, send smaller frames, wait "
		       "longer for the first chunk, and watch the device's console during it.",
		.next = "send an echo to tell the line from the command, then let `tug doctor` measure what the device "
			"takes",
		.commands = "tug -d serial:/dev/ttyACM0 os echo hello\ntug -d serial:/dev/ttyACM0 doctor",
		.source = "src:smpclient:__init__.py, src:mcumgr-toolkit:transport, Z9509",
	},
	{
		.id = "bluez-daemon-race",
		.rank = 584,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "onnection Failed to be Established", "failed to be established", "reason=0x3e",
			  "status: 0x3e", "bluetoothd", "noble", "bluetoothctl" },
		.when = daemon_race,
		.title = "The link died while it was being established (0x3e); bluetoothd and this tool may be "
			 "fighting for the controller",
		.cause = "mcumgr and other tools with a raw HCI socket use the controller beside bluetoothd. When "
			 "bluetoothd knows the device it connects, scans and asks for services at the same time.",
		.fix = "Make bluetoothd forget the device, or stop it while the tool runs, or use a client that goes "
		       "through it (tug, smpmgr).",
		.settle = "Stop bluetoothd and try again: when it works then, it was that",
		.commands = "bluetoothctl remove ADDRESS\nsudo systemctl stop bluetooth",
		.source = "github.com/stoprocent/noble/issues/101",
	},
	{
		.id = "cli-endless-loop",
		.rank = 586,
		.severity = TUG_SEV_DEGRADED,
		.when = endless,
		.title = "The client sends the same chunk again and again although the device refuses it",
		.cause = "mcumgr does not end an upload on an error answer; it repeats the chunk for ever. The refusal "
			 "is the finding, not the loop.",
		.fix = "Stop it and look at the code of the answer. Other clients (tug, smpmgr, the phone apps) end "
		       "there.",
		.source = "src:z:doc/services/device_mgmt/mcumgr.rst (3.3)",
	},
	{
		.id = "android-phone-mtu-bug",
		.rank = 588,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Samsung A8 Tab detected, setting TX MTU to 23", "ums512_25c10" },
		.when = phone_mtu,
		.title = "This phone claims a larger MTU than it honours, so the library goes down to 23",
		.cause = "A fault of this phone's Bluetooth; the library knows it by its hardware name. Uploads are "
			 "slow, and need reassembly on the device.",
		.fix = "Use another phone; or CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y on the device, so that frames "
		       "may be longer than a write.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:and:McuMgrBleTransport.java",
	},
	{
		.id = "ios-not-ready-for-write",
		.rank = 590,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Peripheral unable to receive Data over BLE",
			  "Peripheral not Ready for Write Without Response",
			  "peripheralNotReadyForWriteWithoutResponse" },
		.when = not_ready,
		.title = "iOS holds writes back: its queue of writes without response is full",
		.cause = "More chunks are handed over than the link carries: too many buffers in the app, a long "
			 "connection interval, or the app is in the background.",
		.fix = "Fewer buffers in the app, a shorter interval "
		       "(CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL=y), keep the app in the foreground.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL=y",
		.source = "src:ios:McuMgrTransport.swift",
	},
	{
		.id = "ios-packet-over-495",
		.rank = 592,
		.severity = TUG_SEV_DEGRADED,
		.when = packet_over_495,
		.title = "A request of more than 495 octets got no answer",
		.cause = "Without reassembly a device takes at most MTU minus 3 octets in one frame, 495 with the "
			 "usual MTU of 498; longer ones are dropped.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y on the device, or a packet size of at most 495 in the "
		       "app.",
		.settle = "Set the packet size of the app to 495 or less and try again",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "github.com/nordicsemi/IOS-nRF-Connect-Device-Manager/pull/369",
	},
	{
		.id = "upload-first-chunk-short",
		.rank = 211,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "slice bounds out of range [:-", "xact.encodeUploadReq(" },
		.when = no_room_for_data,
		.title = "newtmgr crashes at the first chunk: the link's packets leave no room for data",
		.cause = "The client subtracts its overhead from the MTU of the link and gets a negative number.",
		.fix = "A larger MTU (CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502 on the device), or another "
		       "client: smpmgr, mcumgrctl.",
		.next = "raise the MTU of the device's Bluetooth link",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502",
		.source = "NT178, src:nt:xact/image.go",
	},
	{
		.id = "app-vs-library-difference",
		.rank = 594,
		.severity = TUG_SEV_DEGRADED,
		.when = stopped_after_upload,
		.title = "nRF Connect for Mobile ended the session after the upload, without marking the image or a "
			 "reset",
		.cause = "Versions of that app stop there, where nRF Connect Device Manager goes on. The image is in "
			 "its slot; a second attempt works because nothing needs to be uploaded.",
		.fix = "Run the update again, or use nRF Connect Device Manager, or mark the image and reset by hand.",
		.settle = "List the images: the uploaded one is in slot 1 without flags when it is this",
		.commands = "tug -d ble:ADDRESS image list\ntug -d ble:ADDRESS image test HASH\ntug -d ble:ADDRESS os "
			    "reset",
		.source = "DZ108672",
	},
};

const struct tug_rule_set tug_rules_host = { rules, sizeof(rules) / sizeof(rules[0]) };
