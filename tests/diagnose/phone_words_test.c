/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs of phones: what single lines mean, in every form, and what is not of a phone's log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "phone_log.h"

static char text[16000], other[16000];

/* ---- single lines --------------------------------------------------------------------------------------------- */

static void nothing_twice(void **state)
{
	struct tug_diag *d = read_text(
		"D\t11:28:19.100\t[Callback] Connection state changed with status: 0 and new state: CONNECTED (2)\n"
		"D\t11:28:19.150\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 2 (CONNECTED)\n"
		"I\t11:28:19.322\tConnection parameters updated (interval: 11.25ms, latency: 0, timeout: 420ms)\n"
		"I\t11:28:19.377\t[McuMgr] Connection parameters updated (interval: 11.25ms, latency: 0, timeout: 420ms)\n"
		"D\t11:28:20.410\t[Callback] Connection state changed with status: 8 and new state: DISCONNECTED (0)\n"
		"E\t11:28:20.411\tError 8 (0x8): GATT CONN TIMEOUT\n"
		"I\t11:28:20.411\tDisconnected\n"
		"D\t11:28:20.424\t[McuMgr] [Callback] Connection state changed with status: 8 and new state: 0 (DISCONNECTED)\n"
		"W\t11:28:20.435\t[McuMgr] Error: (0x8): GATT CONN TIMEOUT\n"
		"D\t11:28:20.439\t[Broadcast] Action received: android.bluetooth.device.action.ACL_DISCONNECTED\n");
	const struct tug_dg_link *k = &d->facts->smp.link;

	(void)state;
	assert_int_equal(k->ups, 1);
	assert_int_equal(k->n_ends, 1);
	assert_int_equal(k->end[0].status, 8);
	assert_int_equal(k->end[0].count, 1);
	assert_false(k->end[0].by_client);
	assert_false(k->up);
	tug_diag_free(d);
}

static void notified_to_both_clients(void **state)
{
	struct tug_diag *d = read_text(
		"I\t11:28:19.608\t[McuMgr] Data written to " UUID ", value: (0x) 02-00-00-02-00-00-00-05-BF-FF\n"
		"D\t11:28:19.609\t[McuMgr] characteristic.setValue(0x0200000200000005BFFF)\n"
		"I\t11:28:19.704\t[McuMgr] Notification received from " UUID ", value: (0x) 03-00-00-02-00-00-00-05-BF-FF\n"
		"I\t11:28:19.706\tNotification received from " UUID ", value: (0x) 03-00-00-02-00-00-00-05-BF-FF\n");

	(void)state;
	assert_int_equal(d->facts->smp.frames, 2);
	assert_int_equal(d->facts->smp.reset.requests, 1);
	assert_int_equal(d->facts->smp.reset.ok, 1);
	tug_diag_free(d);
}

static void own_link_closed_later(void **state)
{
	struct tug_diag *d = read_text(
		"D\t08:47:43.015\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 2 (CONNECTED)\n"
		"V\t08:47:45.322\t[McuMgr] Disconnecting...\n"
		"D\t08:47:45.591\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 0 (DISCONNECTED)\n"
		"I\t08:47:50.201\tConnection parameters updated (interval: 40.0ms, latency: 0, timeout: 420ms)\n"
		"V\t08:54:07.656\tDisconnecting...\n"
		"D\t08:54:07.656\tgatt.disconnect()\n"
		"D\t08:54:07.687\t[Callback] Connection state changed with status: 0 and new state: DISCONNECTED (0)\n"
		"I\t08:54:07.687\tDisconnected\n");

	(void)state;
	assert_int_equal(d->facts->smp.link.n_ends, 1);
	assert_int_equal(d->facts->smp.link.end[0].count, 1);
	assert_true(d->facts->smp.link.end[0].by_client);
	assert_int_equal(d->facts->smp.link.itvl_us, 40000);
	tug_diag_free(d);
}

static void another_dfu_is_not_counted(void **state)
{
	struct tug_diag *d = read_text(
		"V    14:29:13.718    [DFU] DFU service started\n"
		"I    14:29:13.752    [DFU] Connected to 64:51:54:00:11:22\n"
		"D    14:29:15.358    [DFU] gatt.discoverServices()\n"
		"I    14:29:15.375    [DFU] Services discovered\n"
		"E    14:29:15.377    [DFU] Error 8 (0x8): GATT CONN TIMEOUT\n"
		"I    14:29:15.412    [DFU] Disconnected\n"
		"D    14:29:15.500    [Server] [Server callback] Connection state changed with status: 0 and new state: CONNECTED (2)\n");

	(void)state;
	assert_int_equal(d->facts->smp.link.ups, 0);
	assert_int_equal(d->facts->smp.link.n_ends, 0);
	assert_int_equal(d->input[0].known, 7);
	tug_diag_free(d);
}

static void service_list(void **state)
{
	struct tug_diag *d = read_text(
		"V\t13:10:26.980\tGeneric Attribute (0x1801)\n"
		"- Service Changed [I] (0x2A05)\n"
		"   Client Characteristic Configuration (0x2902)\n"
		"Generic Access (0x1800)\n"
		"- Device Name [R W] (0x2A00)\n"
		"SMP Service (8d53dc1d-1db7-4cd3-868b-8a527460aa84)\n"
		"- SMP Characteristic [N WNR] (" UUID ")\n"
		"   Client Characteristic Configuration (0x2902)\n"
		"So far the list.\n"
		"- Not of it (0x2902)\n");

	(void)state;
	assert_true(d->facts->smp.link.service_found);
	assert_int_equal(claimed(d, &tug_reader_nrfconnect), 8);
	tug_diag_free(d);
}

static void the_old_form(void **state)
{
	struct tug_diag *d = read_text(
		"A\t11:28:19.585\t[McuMgr] \"" LIST_JSON "\" received\n"
		"A\t11:28:19.617\t[McuMgr] \"Operation: WRITE\n"
		"Flags: 0\n"
		"Length: 2\n"
		"Group Id: 0 (OS)\n"
		"Sequence Num: 7\n"
		"Command Id: 5 (RESET)\n"
		"Message: {}\" sent\n"
		"A\t11:28:19.723\t[McuMgr] \"{}\" received\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(d->input[0].known, 9);
	assert_int_equal(x->list.n, 1);
	assert_string_equal(x->list.s[0].version, "1.0.4");
	assert_int_equal(x->reset.requests, 1);
	assert_int_equal(x->reset.ok, 1);
	assert_int_equal(x->frames, 3);
	assert_string_equal(x->client.version, "library <= 1.7.0");
	tug_diag_free(d);
}

static void long_frame_in_parts(void **state)
{
	struct tug_diag *d = read_text(
		"I\t10:00:00.000\t[McuMgr] Notification received from " UUID
		", value: (0x) 01-00-00-19-00-00-FF-06-BF-68-62-75-66-5F-73-69-7A-65-19-09-AB\n"
		"I\t10:00:00.010\t[McuMgr] Notification received from " UUID ", value: (0x) 69-62-75-66-5F-63-6F-75-6E-74-04-FF\n"
		"I\t10:00:01.010\tNotification received from 6e400003-b5a3-f393-e0a9-e50e24dcca9e, value: (0x) 01-00-00-02-00-00\n"
		"I\t10:00:02.010\tNotification received from " UUID ", value: (0x) 41-42-43\n");

	(void)state;
	assert_int_equal(d->facts->smp.frames, 1);
	assert_int_equal(d->facts->smp.undecodable, 0);
	assert_int_equal(d->facts->smp.device.buf_size, 2475);
	tug_diag_free(d);
}

static void numbers_behind_a_whole_frame(void **state)
{
	struct tug_diag *d = read_text(
		"I\t10:00:00.000\t[McuMgr] Data written to " UUID ", value: (0x) 02-00-00-02-00-00-00-05-BF-FF\n"
		"16\n"
		"I\t10:00:00.010\t[McuMgr] Notification received from " UUID ", value: (0x) 03-00-00-02-00-00-00-05-BF-FF\n"
		"A0\n");

	(void)state;
	assert_int_equal(d->facts->smp.frames, 2);
	assert_int_equal(d->facts->smp.undecodable, 0);
	tug_diag_free(d);
}

static void ends_in_dots(void **state)
{
	struct tug_diag *d = read_text(
		"D\t10:00:00.000\t[McuMgr] characteristic.setValue(0x0000000200010000BF...\n"
		"A\t10:00:00.010\t[McuMgr] Received Header (Op: 1, Flags: 0, Len: 134, Group: 1, Seq: 0, Command: 0) CBOR "
		"{\"images\":[{\"slot\":0,\"version\":\"1.0.4\",\"hash\":\"MHPO8M7A3BNcfQbaGXfe...\n"
		"I\t10:00:01.000\t[McuMgr] Notification received from " UUID ", value: (0x) 03-00-00-02-00-00-01-05-BF-FF\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(x->frames, 3);
	assert_int_equal(x->cmd[0].requests, 1);
	assert_int_equal(x->cmd[0].ok, 1);
	assert_int_equal(x->reset.ok, 1);
	assert_int_equal(x->list.n, 1);
	assert_string_equal(x->list.s[0].version, "1.0.4");
	tug_diag_free(d);
}

static void times(void **state)
{
	struct tug_diag *d = read_text(
		"nRF Connect, 2023-10-10\nA (CE:71:DC:00:11:22)\n"
		"D\t23:59:59.900\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 2 (CONNECTED)\n"
		"V\t23:59:59.950\t[McuMgr] Discovering services...\n"
		"I\t00:00:00.150\t[McuMgr] Services discovered\n");
	const struct tug_dg_link *k = &d->facts->smp.link;

	(void)state;
	assert_int_equal(k->discovery_ms, 200);
	assert_int_equal(k->discovery.ms, 86400150);
	tug_diag_free(d);
}

static void two_sessions(void **state)
{
	struct tug_diag *d = read_text(
		"nRF Connect, 2023-10-10\nA (CE:71:DC:00:11:22)\n"
		"A\t10:00:00.000\t[McuMgr] Sending (10 bytes) Header (Op: 0, Flags: 0, Len: 2, Group: 1, Seq: 0, Command: 0) CBOR {}\n"
		"some words between\n"
		"nRF Connect, 2023-10-09\nA (CE:71:DC:00:11:22)\n"
		"A\t09:00:00.100\t[McuMgr] Received Header (Op: 1, Flags: 0, Len: 6, Group: 1, Seq: 0, Command: 0) CBOR {\"rc\":8}\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(x->n_refusals, 1);
	assert_int_equal(x->refusal[0].request.line, 0); /* not of the request in the other session */
	assert_true(x->refusal[0].first.ms > x->first.ms);
	assert_int_equal(d->input[0].known, 6);
	tug_diag_free(d);
}

static void time_outs(void **state)
{
	struct tug_diag *d = read_text(
		"I/McuMgrBleTransport: Sending (10 bytes) Header (Op: 0, Flags: 0, Len: 2, Group: 1, Seq: 122, Command: 0) CBOR {}\n"
		"W/System.err: io.runtime.mcumgr.exception.McuMgrException: io.runtime.mcumgr.ble.callback.TransactionTimeoutException: "
		"Transaction 122 timed out without receiving a response\n"
		"W/System.err:     at io.runtime.mcumgr.ble.McuMgrBleTransport$2.onFailure(McuMgrBleTransport.java:346)\n"
		"W/System.err: Caused by: io.runtime.mcumgr.ble.callback.TransactionTimeoutException: Transaction 122 timed out without "
		"receiving a response\n"
		"E/App: onUpgradeFailed :  Transaction 122 timed out without receiving a response\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(x->cmd[0].silent, 1);
	assert_true(x->client.said_failure);
	assert_int_equal(d->input[0].known, 5);
	tug_diag_free(d);
}

static void codes(void **state)
{
	struct tug_diag *d = read_text(
		"I/McuMgrBleTransport: Sending (10 bytes) Header (Op: 2, Flags: 0, Len: 2, Group: 1, Seq: 1, Command: 5) CBOR {}\n"
		"I/flutter ( 3840): \xe2\x94\x82 \xe2\x9b\x94 stream error: PlatformException(McuMgrErrorException, Mcu Mgr Error: 25 (Group: 1), "
		"null, null)\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(x->n_refusals, 1);
	assert_int_equal(x->refusal[0].group, 1);
	assert_int_equal(x->refusal[0].id, 5);
	assert_int_equal(x->refusal[0].rc, 25);
	assert_int_equal(x->refusal[0].err_group, 1);
	assert_false(x->refusal[0].legacy);
	tug_diag_free(d);
}

static void android_words(void **state)
{
	static const struct {
		const char *line;
		int step;
	} words[] = {
		{ "W/UM: onStateChanged: NONE -> VALIDATE", TUG_STEP_VALIDATE },
		{ "2021-11-09 15:06:47.160 6269-6269/com.example D/[main] onStateChanged: old=VALIDATE, new=RESET", TUG_STEP_RESET },
		{ "V/FirmwareUpgradeManager: Moving from state VALIDATE to state UPLOAD", TUG_STEP_UPLOAD },
		{ "2021-11-04 13:26:53.153 [main] DEBUG App - onStateChanged: old=RESET, new=CONFIRM", TUG_STEP_CONFIRM },
		{ "V\t14:40:57.176\t[j] Starting DFU, mode: TEST_AND_CONFIRM", TUG_STEP_VALIDATE },
		{ "I/flutter ( 12): Update State: FirmwareUpgradeState.reset", TUG_STEP_RESET },
		{ "E/UM: onUpgradeFailed: Image not confirmed.", TUG_STEP_FAILED },
		{ "W/UM: onUpgradeCompleted", TUG_STEP_SUCCESS },
		{ "E/App: Permanent flag of slot 1 of image 0 not set. Possible reason: downgrade prevention enabled", TUG_STEP_FAILED },
		{ "    Wrong magic number (found 0x20010000, expected 0x96F3B83D or 0x96F3B83C)", TUG_STEP_FAILED },
		{ "io.runtime.mcumgr.exception.McuMgrException: Payload (10 bytes) too long for MTU: 0", TUG_STEP_FAILED },
		{ "E\t14:40:57.176\t[McuMgr] Downgrade forbidden", TUG_STEP_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct tug_diag *d = read_text(words[i].line);

		if (d->facts->smp.client.step != (enum tug_dg_step)words[i].step) {
			print_error("%s\n", words[i].line);
		}
		assert_int_equal(d->facts->smp.client.step, words[i].step);
		tug_diag_free(d);
	}
}

/* ---- iOS ------------------------------------------------------------------------------------------------------ */

#define IOS_HASH0 "0xA3BAAC082678529733276C3918F96341850D1DF3F413ACC69F9EF6355856706B"
#define IOS_HASH1 "0xB4BAAC082678529733276C3918F96341850D1DF3F413ACC69F9EF6355856706C"
#define IOS_MAP                                                                                                              \
	"{\"images\" : {{\"slot\" : 0, \"active\" : true, \"permanent\" : false, \"bootable\" : true, \"pending\" : false, \"hash\" : " \
	IOS_HASH0 ", \"version\" : \"1.0.0\", \"confirmed\" : true}, {\"bootable\" : true, \"permanent\" : true, \"pending\" : true, "  \
	"\"active\" : false, \"hash\" : " IOS_HASH1 ", \"slot\" : 1, \"version\" : \"1.0.1\", \"confirmed\" : false}}, \"splitStatus\" : 0}"
#define IOS_HEADER(op, seq)                                                                                                  \
	"Header: {\"version\": \"1\", \"op\": \"" op "\", \"flags\": 0, \"length\": 244, \"group\": 1, \"seqNum\": " seq         \
	", \"commandId\": 0}, Payload: "

static void ios_list_is(const char *log, unsigned frames)
{
	struct tug_diag *d = read_text(log);
	const struct tug_dg_smp *x = &d->facts->smp;

	if (x->list.n != 2 || x->frames != frames) {
		print_error("%s\nframes %u slots %u\n", log, (unsigned)x->frames, x->list.n);
	}
	assert_int_equal(x->list.n, 2);
	assert_int_equal(x->frames, frames);
	assert_true(x->list.s[0].active && x->list.s[0].confirmed && !x->list.s[0].pending);
	assert_true(x->list.s[1].pending && x->list.s[1].permanent && !x->list.s[1].active);
	assert_int_equal(x->list.s[0].hash_len, 32);
	assert_int_equal(x->list.s[0].hash[0], 0xa3);
	assert_int_equal(x->list.s[1].hash[31], 0x6c);
	assert_string_equal(x->list.s[1].version, "1.0.1");
	assert_string_equal(d->input[0].kind, "iOS library log");
	assert_int_equal(x->src, TUG_SRC_IOS);
	tug_diag_free(d);
}

static void ios_lists(void **state)
{
	(void)state;
	ios_list_is("flutter: A Image List response: " IOS_HEADER("1", "60") IOS_MAP "\n", 1);
	ios_list_is("[A] Validation response: " IOS_MAP "\n", 1);
	ios_list_is("flutter: E Invalid response: " IOS_HEADER("3", "79") IOS_MAP "\n", 1);
	ios_list_is("Image Confirm response: " IOS_HEADER("3", "79") IOS_MAP "\n", 1);
	ios_list_is("2022-01-13T11:05:31.225 [V] Sending read command (Group: image, ID: 0): nil\n"
		    "2022-01-13T11:05:32.443 [V] Response (Group: image, ID: 0): " IOS_MAP "\n"
		    "2022-01-13T11:05:32.444 [A] Validation response: " IOS_MAP "\n",
		    2);
	ios_list_is("[ImageManager] Sending read command (Version: SMPv2, Group: image, seq: 60, ID: state): nil\n"
		    "[Transport] -> [Seq: 60] 0800 0001 0001 3C00 A0 (9 bytes)\n"
		    "[ImageManager] Response (SMPv2, group: image, seq: 60, command: state): " IOS_HEADER("1", "60") IOS_MAP "\n"
		    "[DFU] Image List response: " IOS_HEADER("1", "60") IOS_MAP "\n",
		    2);
}

static void ios_block(void **state)
{
	static const char *const prefixes[] = { "", "flutter: ", "I/flutter ( 12): \xe2\x94\x82 ", "2023-05-01 10:11:12.123 App[1:2] " };
	static const char *const lines[] = {
		"dfu: Image List response:", "Header:", "version : \"1\"", "op : 1", "flags : 0", "length : 248", "group : 1",
		"seqNum : 60", "commandId : 0", "Payload:", "images:", "- bootable : true", "  hash : " IOS_HASH0, "  active : true",
		"  permanent : false", "  slot : 0", "  version : \"1.0.0\"", "  confirmed : true", "  pending : false", "- slot : 1",
		"  version : \"1.0.1\"", "  hash : " IOS_HASH1, "  confirmed : false", "  pending : true", "  permanent : true",
		"  active : false", "  bootable : true", "splitStatus : 0",
	};

	(void)state;
	for (size_t p = 0; p < 4; p++) {
		for (int flat = 0; flat < 2; flat++) {
			size_t n = 0;

			for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
				n += (size_t)sprintf(text + n, "%s%s\n", prefixes[p],
						     flat != 0 ? lines[i] + strspn(lines[i], " ") : lines[i]);
			}
			ios_list_is(text, 1);
		}
	}
}

static void ios_session(void **state)
{
#define P "2023-05-01 10:11:%s+0200 nRF Connect Device Manager[3211:1234] [%s] %s\n"
	static const char *const lines[][3] = {
		{ "12.100000", "DFU", "Requesting McuMgr Parameters..." },
		{ "12.110000", "Transport", "Connecting..." },
		{ "12.200000", "Transport", "Peripheral connected" },
		{ "12.210000", "Transport", "Discovering services..." },
		{ "12.300000", "Transport", "Services discovered: 8D53DC1D-1DB7-4CD3-868B-8A527460AA84" },
		{ "12.310000", "Transport", "Discovering characteristics..." },
		{ "12.320000", "Transport", "Notifications enabled" },
		{ "12.330000", "Transport", "Device ready" },
		{ "12.340000", "DefaultManager", "Sending read command (Version: SMPv2, Group: OS, seq: 3, ID: mcuMgrParameters): nil" },
		{ "12.350000", "Transport", "-> [Seq: 3] 0800 0001 0000 0306 A0 (9 bytes)" },
		{ "12.400000", "Transport",
		  "<- [Seq: 3] 0900 0019 0000 0306 BF68 6275 665F 7369 7A65 1909 AB69 6275 665F 636F 756E 7404 FF (33 bytes)" },
		{ "12.410000", "DFU", "Mcu Manager parameters received (4 x 2475)" },
		{ "12.500000", "ImageManager", "Uploading Image 0 with Target Slot 1 (162428 bytes)..." },
		{ "12.510000", "ImageManager", "Sending write command (Version: SMPv2, Group: image, seq: 120, ID: upload): [\"data\": "
					       "0x3DB8F396, \"off\": 0, \"len\": 162428, \"sha\": 0x678AC3]" },
		{ "12.520000", "Transport", "Error: 512-byte packet is larger than MTU Size (505) without Reassembly being enabled." },
		{ "12.530000", "ImageManager", "Request (SMPv2, group: image, seq: 120, command: upload) failed: Insufficient MTU: 505." },
		{ "12.540000", "ImageManager", "MTU set to 505" },
		{ "12.550000", "ImageManager", "Sending write command (Version: SMPv2, Group: image, seq: 121, ID: upload): [\"data\": "
					       "0x3DB8F3960000, \"off\": 0, \"len\": 162428, \"sha\": 0x678AC3]" },
		{ "12.560000", "ImageManager", "Response (SMPv2, group: image, seq: 121, command: upload): Header: {\"version\": \"1\", \"op\": "
					       "\"3\", \"flags\": 0, \"length\": 11, \"group\": 1, \"seqNum\": 121, \"commandId\": 1}, Payload: "
					       "{\"off\" : 6}" },
		{ "13.000000", "ImageManager", "Sending write command (Version: SMPv2, Group: image, seq: 122, ID: upload): [\"off\": 6, "
					       "\"data\": 0x00]" },
		{ "23.000000", "ImageManager", "Request (SMPv2, group: image, seq: 122, command: upload) failed: Sending the request timed out." },
		{ "23.100000", "ImageManager", "Upload cancelled due to error: sendTimeout" },
		{ "23.200000", "Transport", "Cancelling connection..." },
		{ "23.300000", "Transport", "Peripheral disconnected" },
	};
	size_t n = 0;
	struct tug_diag *d;
	const struct tug_dg_smp *x;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		n += (size_t)sprintf(text + n, P, lines[i][0], lines[i][1], lines[i][2]);
	}
	d = read_text(text);
	x = &d->facts->smp;
	assert_int_equal(d->input[0].known, sizeof(lines) / sizeof(lines[0]));
	assert_string_equal(d->input[0].kind, "iOS library log");
	assert_int_equal(x->frames, 5);
	assert_int_equal(x->upload.chunks, 2);
	assert_int_equal(x->upload.acked, 1);
	assert_int_equal(x->upload.len, 162428);
	assert_int_equal(x->upload.first_chunk, 6);
	assert_int_equal(x->upload.timeouts, 1);
	assert_false(x->upload.first_unanswered);
	assert_true(x->upload.head_known);
	assert_int_equal(x->upload.head[3], 0x96);
	assert_int_equal(x->link.mtu, 508);
	assert_int_equal(x->link.discovery_ms, 90);
	assert_true(x->link.service_found);
	assert_int_equal(x->link.ups, 1);
	assert_int_equal(x->link.n_ends, 1);
	assert_true(x->link.end[0].by_client);
	assert_int_equal(x->device.buf_count, 4);
	assert_true(x->client.smp_v2 && !x->client.smp_v1);
	assert_true(x->client.said_failure);
	tug_diag_free(d);
}

/* Of an older library: octets without a sequence number in front, no times. */
static void ios_old_transport(void **state)
{
	struct tug_diag *d = read_text(
		"upgradeStateDidChange requestMcuMgrParameters\n"
		"McuMgrLog message: Connecting...\n"
		"McuMgrLog message: Peripheral connected\n"
		"McuMgrLog message: Discovering services...\n"
		"McuMgrPeripheral peripheral [00000000-0000-0000-0000-000000001122] state: [connecting]\n"
		"McuMgrLog message: Services discovered: 8D53DC1D-1DB7-4CD3-868B-8A527460AA84\n"
		"McuMgrLog message: -> 0x0000000100000006a0\n"
		"McuMgrLog message: <- 0x0100000600000006bf62726308ff\n"
		"upgradeStateDidChange validate\n"
		"McuMgrLog message: -> 0x0000000100010000a0\n"
		"McuMgrLog message: Sending the request timed out.\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_string_equal(d->input[0].kind, "iOS library log");
	assert_int_equal(d->input[0].known, 10);
	assert_int_equal(x->frames, 3);
	assert_int_equal(x->n_refusals, 1);
	assert_int_equal(x->refusal[0].rc, 8);
	assert_int_equal(x->cmd[1].silent, 1);
	assert_true(x->link.service_found);
	assert_int_equal(x->link.ups, 1);
	tug_diag_free(d);
}

static void ios_broken(void **state)
{
	static const char whole[] = "flutter: A Image List response: " IOS_HEADER("1", "60") IOS_MAP "\nflutter: I Reset request confirmed\n";
	static const char hex[] = "[Transport] <- [Seq: 3] 0900 0019 0000 0306 BF68 6275 665F 7369 7A65 1909 AB69 6275 665F 636F 756E "
				  "7404 FF (33 bytes)\n[DFU] Reset request confirmed\n";

	(void)state;
	for (size_t column = 33; column < strlen(whole) - 38; column++) {
		sprintf(other, "%.*s\n%s", (int)column, whole, whole + column);
		same_facts(whole, other, "iOS map broken", column);
	}
	for (size_t column = 22; column < 110; column++) {
		sprintf(other, "%.*s\n%s", (int)column, hex, hex + column);
		same_facts(hex, other, "iOS octets broken", column);
	}
}

static void ios_codes(void **state)
{
	struct tug_diag *d = read_text(
		"[ImageManager] Sending write command (Version: SMPv2, Group: image, seq: 4, ID: state): [\"confirm\": true]\n"
		"2023-05-01 10:11:14.000000+0200 App[3211:1234] [E] Bad state (RC: 6)\n"
		"Error: Remote error: Bad State (1)\n");
	const struct tug_dg_smp *x = &d->facts->smp;

	(void)state;
	assert_int_equal(x->n_refusals, 1);
	assert_int_equal(x->refusal[0].rc, 6);
	assert_true(x->client.said_failure);
	assert_int_equal(x->n_writes, 1);
	assert_true(x->write[0].confirm);
	tug_diag_free(d);
}

/* ---- what is not theirs --------------------------------------------------------------------------------------- */

static void prose_is_not_claimed(void **state)
{
	static const char *const lines[] = {
		"Hello, I try to update my board with nRF Connect and it fails.",
		"I see that the image is uploaded, then: nothing happens.",
		"A notification is never received and the app says Disconnected.",
		"Disconnected",
		"Connected",
		"Upgrade complete fails with iOS but not with Android.",
		"Error: NMP timeout",
		"Error: 6",
		"D: Jumping to the first image slot",
		"I: Starting bootloader",
		"[00:00:00.430,343] <err> mcuboot: Image in the secondary slot is not valid!",
		"*** Booting MCUboot v2.1.0-ncs2 ***",
		"Discovering services...",
		"V: Connecting to P128...",
		"D: [Callback] Central Manager did connect peripheral",
		"I: Indication received from 8EC90003-F315-4F60-9FB8-838830DAEA50, value (0x):200201",
		"A: Response (Op Code = 2, Status = 1) received",
		"12-01 18:01:10.474 2418-2532/no.nordicsemi.android.nrftoolbox I/DfuBaseService: Connected to GATT server",
		"01-24 19:30:40:767    [237123] I/btapp_ge bts: service state 1",
		"CONFIG_MCUMGR=y",
		"Flags: 0",
		"images:",
		"- slot : 1",
		"8",
		"FF FF FF",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tug_diag *d = read_text(lines[i]);
		uint64_t n = claimed(d, &tug_reader_nrfconnect) + claimed(d, &tug_reader_logcat) + claimed(d, &tug_reader_ios);

		if (n != 0) {
			print_error("claimed: %s\n", lines[i]);
		}
		assert_int_equal(n, 0);
		tug_diag_free(d);
	}
}

static void console_behind_a_cut_line(void **state)
{
	struct tug_diag *d = read_text(
		"A\t10:00:00.010\t[McuMgr] Received Header (Op: 1, Flags: 0, Len: 134, Group: 1, Seq: 0, Command: 0) CBOR "
		"{\"images\":[{\"slot\":0,\"version\":\"1.0.4\",\"ha\n"
		"*** Booting MCUboot v2.1.0-ncs2 ***\n"
		"I: Starting bootloader\n");

	(void)state;
	assert_int_equal(claimed(d, &tug_reader_nrfconnect), 1);
	assert_int_equal(d->facts->smp.frames, 1);
	tug_diag_free(d);
}

/* ---- pieces --------------------------------------------------------------------------------------------------- */

static void json_is(const char *in, const char *out, bool is_cut)
{
	uint8_t room[2048];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	bool cut;

	assert_true(tug_phone_json(tug_slice_of(in, strlen(in)), &b, &cut));
	room[b.len] = '\0';
	assert_string_equal((char *)room, out);
	assert_int_equal(cut, is_cut);
}

static void printed_maps(void **state)
{
	(void)state;
	json_is("{}", "{}", false);
	json_is("nil", "{}", false);
	json_is("[:]", "{}", false);
	json_is("{\"rc\":8}", "{\"rc\":8}", false);
	json_is("{\"off\" : 444, \"rc\" : OK (0)}", "{\"off\":444,\"rc\":0}", false);
	json_is("{\"rc\" : Busy, try again (RC: 10)}", "{\"rc\":10}", false);
	json_is("[\"data\": 0x3DB8, \"off\": 0]", "{\"data\":\"0x3DB8\",\"off\":0}", false);
	json_is("{\"images\" : {{\"slot\" : 0}, {\"slot\" : 1}}, \"splitStatus\" : 0}",
		"{\"images\":[{\"slot\":0},{\"slot\":1}],\"splitStatus\":0}", false);
	json_is("{\"images\" : [{\"slot\" : 0}]}", "{\"images\":[{\"slot\":0}]}", false);
	json_is("{\"images\":[{\"slot\":0,\"version\":\"1.0", "{\"images\":[{\"slot\":0,\"version\":\"\"}]}", true);
	json_is("{\"images\":[{\"slot\":0,\"ver", "{\"images\":[{\"slot\":0,\"\":null}]}", true);
	json_is("{\"a\":\"x\\\"y\"}", "{\"a\":\"x\\\"y\"}", false);
	json_is("images:\n- slot : 0\n  hash : 0xAB\n- slot : 1\nsplitStatus : 0",
		"{\"images\":[{\"slot\":0,\"hash\":\"0xAB\"},{\"slot\":1}],\"splitStatus\":0}", false);
	json_is("err:\n  group : 1\n  rc : 28\n", "{\"err\":{\"group\":1,\"rc\":28}}", false);
	json_is("{{{{{{{{{{{{", "[[[[[[[[[[[{}]]]]]]]]]]]", true);
}

static void prefixes(void **state)
{
	struct tug_phone_words words = { .domains = 0 };
	static const struct {
		const char *line, *tag;
		int64_t clock;
		char level;
	} rows[] = {
		{ "I\t10:00:00.010\t[McuMgr] Uploading firmware...", "McuMgr", 36000010, 'I' },
		{ "10:00:00.010 [McuMgr] Uploading firmware...", "McuMgr", 36000010, 0 },
		{ "2023-01-02T10:00:00.010Z [A] Uploading firmware...", "", 36000010, 'A' },
		{ "[10:00:00.010] Uploading firmware...", "", 36000010, 0 },
		{ "17: I 10:00:00.010 Uploading firmware...", "", 36000010, 'I' },
		{ "01-02 10:00:00.010  1  2 W McuManager: Uploading firmware...", "McuManager", 36000010, 'W' },
		{ "W/McuManager( 77): Uploading firmware...", "McuManager", -1, 'W' },
		{ "INFO  io.runtime.mcumgr.ble.McuMgrBleTransport - Uploading firmware...", "McuMgrBleTransport", -1, 'I' },
	};

	(void)state;
	tug_phone_words_make(&words, TUG_PHONE_ANDROID);
	assert_true(words.sorted);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_phone_prefix p;

		tug_phone_prefix(tug_slice_of(rows[i].line, strlen(rows[i].line)), &words, &p);
		if (p.fit != TUG_PHONE_FULL || p.clock != rows[i].clock || strcmp(p.tag, rows[i].tag) != 0) {
			print_error("%s: fit %d clock %d tag '%s'\n", rows[i].line, p.fit, (int)p.clock, p.tag);
		}
		assert_int_equal(p.fit, TUG_PHONE_FULL);
		assert_true(p.clock == rows[i].clock);
		assert_string_equal(p.tag, rows[i].tag);
		assert_int_equal(p.level, rows[i].level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_twice),
		cmocka_unit_test(notified_to_both_clients),
		cmocka_unit_test(own_link_closed_later),
		cmocka_unit_test(another_dfu_is_not_counted),
		cmocka_unit_test(service_list),
		cmocka_unit_test(the_old_form),
		cmocka_unit_test(long_frame_in_parts),
		cmocka_unit_test(numbers_behind_a_whole_frame),
		cmocka_unit_test(ends_in_dots),
		cmocka_unit_test(times),
		cmocka_unit_test(two_sessions),
		cmocka_unit_test(time_outs),
		cmocka_unit_test(codes),
		cmocka_unit_test(android_words),
		cmocka_unit_test(ios_lists),
		cmocka_unit_test(ios_block),
		cmocka_unit_test(ios_session),
		cmocka_unit_test(ios_old_transport),
		cmocka_unit_test(ios_broken),
		cmocka_unit_test(ios_codes),
		cmocka_unit_test(prose_is_not_claimed),
		cmocka_unit_test(console_behind_a_cut_line),
		cmocka_unit_test(printed_maps),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
