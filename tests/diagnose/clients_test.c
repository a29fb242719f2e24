/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of tug's frame log, mcumgr, newtmgr, smpmgr: excerpts of real output and what is read from them.
 */
#include "clients_seen.h"

static void tuglog_frames(void **state)
{
	(void)state;
	expect("# tug log 1\n"
	       "2026-01-31T23:59:59.118Z + udp:192.0.2.7\n"
	       "2026-01-31T23:59:59.119Z > udp:192.0.2.7 0a00000900000100a161646568656c6c6f\n"
	       "2026-02-01T00:00:00.131Z < udp:192.0.2.7 0b00000a00000100bf61726568656c6c6fff\n"
	       "2026-02-01T00:00:00.200Z > udp:192.0.2.7 0800000000010200\n"
	       "2026-02-01T00:00:02.140Z - udp:192.0.2.7 closed\n",
	       "tug frame log",
	       "1 session\n"
	       "3 > 2 0/0 #1 v1 a161646568656c6c6f\n"
	       "4 < 3 0/0 #1 v1 bf61726568656c6c6fff\n"
	       "5 > 0 1/0 #2 v1 \n"
	       "6 silent 1/0\n");
	/* A log that was cut in the middle of a frame, quoted in a mail. */
	expect("> 2026-02-01T00:00:00.131Z &lt; udp:192.0.2.7 0b00000a00000100bf6172656\n", "tug frame log",
	       "1 < 3 0/0 #1 v1 bf617265 cut\n");
	expect("2026-02-01T00:00:00.131Z + ble:AA:BB:CC:DD:EE:FF\n"
	       "2026-02-01T00:00:09.131Z - ble:AA:BB:CC:DD:EE:FF link lost\n",
	       "tug frame log",
	       "1 up\n"
	       "2 down -1\n");
}

static void tuglog_console_text_is_for_others(void **state)
{
	(void)state;
	read_text("2026-01-31T09:15:02.140Z \" serial:/dev/ttyACM0 \\x1b[0mI: Image\\x1b[0m \\\\version: v2.0.0\n"
		  "2026-01-31T09:15:02.240Z \" serial:/dev/ttyACM0 E: Image in the secondary slot is not valid!\n");
	assert_string_equal(events, "");
	assert_int_equal(report->inputs[0].known, 2);
}

/* ---- mcumgr ------------------------------------------------------------------------------------------------------ */

static void mcumgr_plain_output(void **state)
{
	(void)state;
	expect("sudo ~/go/bin/mcumgr --conntype ble --connstring 'peer_name=Zephyr Two' image list\n"
	       "Images:\n"
	       " slot=0\n"
	       "    version: 0.0.0\n"
	       "    bootable: true\n"
	       "    flags: active confirmed\n"
	       "    hash: 6abcbbec6486a4237a964ec12cc6153be28fb517a85f9fe7a103f74b49755acb\n"
	       " image=0 slot=1\n"
	       "version: 1.0.0.7\n"
	       "bootable: true\n"
	       "flags: pending permanent\n"
	       "hash: Unavailable\n"
	       "Split status: N/A (0)\n"
	       "user@pc:~$ mcumgr -c acm0 image test 6abcbbec6486a4237a964ec12cc6153be28fb517a85f9fe7a103f74b49755acb\n"
	       "Error: 1\n",
	       "mcumgr output",
	       "1 > 0 1/0 #- v- bfff\n"
	       "2 list 0/0 0.0.0 bac 6abcbbec/32\n"
	       "2 list 0/1 1.0.0.7 bpP /0\n"
	       "14 > 2 1/0 #- v- bf646861736858206abcbbec6486a4237a964ec12cc6153be28fb517a85f9fe7a103f74b49755acb+10\n"
	       "15 code 1\n");
	assert_string_equal(d->facts->smp.client.transport, "ble");
	/* Nothing but the codes. */
	expect("Error: 8\n", "mcumgr output", "1 code 8\n");
	expect("Error: Insufficient authentication\n", "mcumgr output", "");
	expect("Error: NMP timeout\n", "mcumgr output", "1 silent\n");
}

static void mcumgr_uploads(void **state)
{
	(void)state;
	/* Windows, rounded sizes, two updates of the bar on a line, syslog in front. */
	expect("C:\\Users\\Me\\go\\bin>mcumgr.exe image upload c:\\Users\\Me\\app_update.bin -c com3 -n 1 -e\n"
	       " 0 / 110780 [------]   0.00%\n"
	       "Error: 3\n"
	       "Feb  6 15:35:25 gw hub3-ble: RUNNING ./mcumgr_cli -c acm0 image upload /data/fw.bin\n"
	       "27.18 KiB / 244.32 KiB [===>-----] 9.90% 10.74 KiB/s 00m20s\n"
	       "71.50 KiB / 244.32 KiB [========>---] 29.30% 9.48 KiB/s 00m18s49% 11.25 KiB/s 00m16s\n"
	       "Error: NMP timeout\n",
	       "mcumgr output",
	       "1 > 2 1/1 #- v- bf636f66660065696d61676501636c656e1a0001b0bcff\n"
	       "3 code 3\n"
	       "4 > 2 1/1 #- v- bf636f666600ff\n"
	       "6 < 3 1/1 #- v- bf62726300636f66661a00011e00ff\n"
	       "6 > 2 1/1 #- v- bf636f66661a00011e00ff\n"
	       "7 silent\n");
	expect("me@pc:/opt/blinky>~/tools/newtmgr -c serial image upload build/zephyr/app_update.bin\n"
	       " 1024 B / 2048 B [==>--]  50.00% 15.82 KiB/s\n"
	       " 2048 B / 2048 B [=====] 100.00% 15.82 KiB/s\n"
	       "Done\n"
	       "# mcumgr -c acm0 echo hello\n"
	       "hello\n"
	       "PS C:\\x> .\\mcumgr.exe --conntype serial --connstring dev=COM2,baud=115200 reset\n",
	       "mcumgr output",
	       "1 > 2 1/1 #- v- bf636f666600636c656e190800ff\n"
	       "3 < 3 1/1 #- v- bf62726300636f6666190800ff\n"
	       "5 > 2 0/0 #- v- bfff\n"
	       "6 < 3 0/0 #- v- bf62726300ff\n"
	       "7 > 2 0/5 #- v- bfff\n");
	assert_true(d->facts->smp.upload.completed);
}

static void mcumgr_torn_pastes(void **state)
{
	(void)state;
	/* The bar is gone, and so is the command of the list. */
	expect("mcumgr --conntype serial --connstring \"COM7,baud=115200\" image upload C:\\x\\zephyr.signed.bin\n"
	       "124.17 KiB / 124.17 KiB\n"
	       "Images:\n"
	       "image=0 slot=1\n"
	       "flags: pending\n"
	       "Split status: N/A (0)\n",
	       "mcumgr output",
	       "1 > 2 1/1 #- v- bf636f666600ff\n"
	       "2 < 3 1/1 #- v- bf62726300636f66661a0001f0aeff\n"
	       "3 list 0/1  p /0\n");
	assert_true(d->facts->smp.upload.completed);
	expect("mcumgr --conntypeserial --connstring \"/dev/ttyLP3,baud=115200\" image list Error: NMP timeout\n", "mcumgr output",
	       "1 > 0 1/0 #- v- bfff\n"
	       "1 silent\n");
	read_text("mcumgr --conntype ble --connstring peer_name='Zephyr' image upload /x/zephyr.signed.bin -lDEBUG\n"
		  "and then I get this:DEBU[2024-09-06 03:23:04.42] {remove-nmp-listener} [.:0] seq=47\n"
		  "DEBU[2024-09-06 03:23:04.42] HandleError off 76071 error NMP timeout\n");
	assert_string_equal(events, "1 > 2 1/1 #- v- bf636f666600ff\n"
				    "3 < 3 1/1 #- v- bf62726300636f66661a00012927ff\n"
				    "3 > 2 1/1 #- v- bf636f66661a00012927ff\n"
				    "3 silent\n");
}

static void mcumgr_commands_without_output_prove_nothing(void **state)
{
	(void)state;
	expect("$ mcumgr -c acm0 image list\n"
	       "$ mcumgr -c acm0 image upload app_update.bin\n"
	       "$ mcumgr -c acm0 image confirm\n",
	       "mcumgr output", "");
}

static void mcumgr_debug_ble(void **state)
{
	(void)state;
	/* The same frame in three prints; the first row behind the message; a bar in front of a message. */
	expect("DEBU[2020-05-19 04:46:14.519] Encoded &{NmpBase:{hdr:{Op:0 Flags:0 Len:0 Group:1 Seq:66 Id:0}}} to:\n"
	       "00000000  a0                                                |.|\n"
	       "DEBU[2020-05-19 04:46:14.519] Encoded:\n"
	       "00000000  00 00 00 01 00 01 42 00  a0                       |......B..|\n"
	       "DEBU[2020-05-19 04:46:14.519] Tx NMP request: 00000000  00 00 00 01 00 01 42 00  a0         |......B..|\n"
	       " 0 B / 19.66 KiB [----]   0.00%DEBU[2020-05-19 04:46:14.542] rx nmp response: "
	       "00000000  01 00 00 06 00 01 42 00  bf 62 72 63 08 ff        |......B..brc..|\n"
	       "Error: 8\n",
	       "mcumgr output",
	       "4 > 0 1/0 #66 v0 a0\n"
	       "6 < 1 1/0 #66 v0 bf62726308ff\n"
	       "7 code 8\n");
	assert_int_equal(d->facts->smp.n_refusals, 1);
	assert_int_equal(d->facts->smp.refusal[0].count, 1);
	/* A log file: quoted, with the rows inside; cut off in the middle of one. */
	expect("time=\"2022-03-25 14:44:01.891\" level=debug msg=\"rx nmp response: 00000000  03 00 00 0b 00 01 94 01  bf 62 72 63 "
	       "00 63 6f 66  |.........brc.cof|\\n00000010  66 00 ff                                          |f..|\\n\"\n"
	       "time=\"2022-03-25 14:44:02.10\" level=debug msg=\"rx nmp response: 00000000  03 00 00 0b 00 01 95 01  bf 62 7\n",
	       "mcumgr output",
	       "1 < 3 1/1 #148 v0 bf62726300636f666600ff\n"
	       "2 < 3 1/1 #149 v0 bf62 cut\n");
	expect("DEBU[0001] Exchanged MTU; ATT MTU = 252\n", "mcumgr output", "1 up\n1 mtu 252\n");
}

static void mcumgr_debug_serial(void **state)
{
	(void)state;
	expect("2017/03/07 17:20:24 [DEBUG] Tx packet dump:\n"
	       "00000000  00 00 00 01 00 01 00 00  a0                       |.........|\n"
	       "2017/03/07 17:20:24 [INFO] Outgoing:\n"
	       "00000000  06 09                                             |..|\n"
	       "2017/03/07 17:20:24 [INFO] Outgoing:\n"
	       "00000000  41 41 73 41 41 41 41 42  41 41 45 41 41 4b 43 47  |AAsAAAABAAEAAKCG|\n"
	       "00000010  2f 67 3d 3d                                       |/g==|\n"
	       "2017/03/07 17:20:24 [INFO] Outgoing:\n"
	       "00000000  0a                                                |.|\n"
	       "2017/03/07 17:20:24 [INFO] Incoming:\n"
	       "00000000  06 09 41 42 41 42 41 41  41 47 41 41 45 41 41 4c  |..ABABAAAGAAEAAL|\n"
	       "00000010  39 69 63 6d 4d 49 2f 2f  67 35                    |9icmMI//g5|\n",
	       "mcumgr output",
	       "2 > 0 1/0 #0 v0 a0\n"
	       "11 < 1 1/0 #0 v0 bf62726308ff\n");
	/* A shell answers where a frame should: what it says is a fact and is seen by readers of consoles. */
	expect("DEBU[2019-12-10 17:44:44.861] Tx serial\n"
	       "00000000  32 4e 46 64 69 42 57 4f  49 38 2f 48              |2NFdiBWOI8/H| \n"
	       "DEBU[2019-12-10 17:44:44.861] Tx serial\n"
	       "00000000  0a                                                |.| \n"
	       "DEBU[2019-12-10 17:44:44.867] Rx serial:\n"
	       "00000000  1b 5b 6d 1b 5b 31 3b 33  32 6d 75 61 72 74 3a 7e  |.[m.[1;32muart:~|\n",
	       "mcumgr output", "");
	assert_string_equal(d->facts->smp.foreign_rx_text, "uart:~");
	assert_int_equal(d->facts->smp.foreign_rx_at.line, 6);
	expect("DEBU[2019-12-10 17:44:44.867] Rx serial:\n"
	       "00000000  45 3a 20 49 6d 61 67 65  20 69 6e 20 74 68 65 20  |E: Image in the |\n"
	       "00000010  73 65 63 6f 6e 64 61 72  79 20 73 6c 6f 74 20 69  |secondary slot i|\n"
	       "00000020  73 20 6e 6f 74 20 76 61  6c 69 64 21              |s not valid!|\n",
	       "mcumgr output", "");
	assert_string_equal(d->facts->smp.foreign_rx_text, "E: Image in the secondary slot is not valid!");
}

/* ---- smpmgr ------------------------------------------------------------------------------------------------------ */

static void smpmgr_console(void **state)
{
	(void)state;
	expect("$ smpmgr --port /dev/ttyACM1 os reset\n"
	       "[15:08:10] WARNING  Error reading MCUMgr parameters: header=Header(op=<OP.READ_RSP: __init__.py:503\n"
	       "                    1>, version=<Version.V2: 1>, flags=<Flag.UNUSED: 0>, length=6,                 \n"
	       "                    group_id=0, sequence=0, command_id=6) version=<Version.V2: 1>                  \n"
	       "                    sequence=0                                                                     \n"
	       "                    smp_data=b'\\t\\x00\\x00\\x06\\x00\\x00\\x00\\x06\\xbfbrc\\x08\\xff'                      \n"
	       "                    rc=<MGMT_ERR.ENOTSUP: 8> rsn=None - __init__:503                               \n"
	       "\xe2\xa0\x8b Connecting to /dev/ttyACM1... OK\n"
	       "\xe2\xa0\x8b Waiting for response to ResetWrite... OK\n"
	       "OSManagementErrorV1(\n"
	       "    header=Header(\n"
	       "        op=<OP.WRITE_RSP: 3>,\n"
	       "        version=<Version.V2: 1>,\n"
	       "        flags=<Flag.UNUSED: 0>,\n"
	       "        length=6,\n"
	       "        group_id=0,\n"
	       "        sequence=1,\n"
	       "        command_id=5\n"
	       "    ),\n"
	       "    version=<Version.V2: 1>,\n"
	       "    sequence=1,\n"
	       "    smp_data=b'\\x0b\\x00\\x00\\x06\\x00\\x00\\x01\\x05\\xbfbrc\\x00\\xff',\n"
	       "    rc=<MGMT_ERR.EOK: 0>,\n"
	       "    rsn=None\n"
	       ")\n",
	       "smpmgr output",
	       "2 > 0 0/6 #0 v1 a0\n"
	       "2 < 1 0/6 #0 v1 bf62726308ff\n"
	       "1 > 2 0/5 #1 v1 bfff\n"
	       "10 < 3 0/5 #1 v1 bf62726300ff\n");
	/* An error of an older version, without octets, on one line. */
	expect("ImageManagementErrorV2(header=Header(op=<OP.WRITE_RSP: 3>, version=<Version.V2: 1>, flags=<Flag.UNUSED: 0>, length=6, "
	       "group_id=1, sequence=96, command_id=0), version=<Version.V2: 1>, sequence=96, "
	       "err=Err(group=1, rc=<IMG_MGMT_ERR.NO_TLVS: 4>))\n",
	       "smpmgr output",
	       "1 > 2 1/0 #96 v1 a0\n"
	       "1 < 3 1/0 #96 v1 bf63657272bf6567726f75700162726304ffff\n");
}

static void smpmgr_wrapped_literals(void **state)
{
	(void)state;
	/* Folded in the middle of an escape, and at a blank of the literal, which is lost. */
	expect("[02:39:24] DEBUG    Serializing                                     packet.py:79\n"
	       "                    request=b'\\n\\x00\\x001\\x00\\x01\\x01\\x00\\xa2dhashX             \n"
	       "                    \\\\_z\\xd6\\x86e\\x1c\\x7fd\\xfb\\x80\\x88}\\xd3\\xd3\\xbe             \n"
	       "                    d\\xeb\\xe4`\\xdc\\xdc\\xda_-C\\x03\\x0c~\\x0b\\x8a\\x87g             \n"
	       "                    confirm\\xf4' -                                              \n"
	       "                    /opt/x/venv-peers/lib/python3.11/site-packages/             \n"
	       "                    smp/packet.py:79                                            \n"
	       "           ERROR    Timeout (2.5s) waiting for request           __init__.py:233\n"
	       "                    header=Header(op=<OP.WRITE: 2>,                             \n"
	       "                    version=<Version.V2: 1>, flags=<Flag.UNUSED:                \n"
	       "                    0>, length=6, group_id=<GroupId.OS_MANAGEMENT: 0>,          \n"
	       "                    sequence=2, command_id=<OSManagement.RESET:                 \n"
	       "                    5>) version=<Version.V2: 1> sequence=2 - __init__:233       \n"
	       "\xe2\xa0\xa6 Waiting for response to ResetWrite... timeout\n",
	       "smpmgr output",
	       "1 > 2 1/0 #1 v1 a2646861736858205c5f7ad686651c7f64fb80887dd3d3be64ebe460dcdcda5f2d43030c7e0b8a87+9\n"
	       "8 > 2 0/5 #2 v1 a0\n"
	       "8 silent 0/5\n");
}

static void smpmgr_lists_and_uploads(void **state)
{
	(void)state;
	expect("(venv) me@pc:~$ smpmgr --ble AA:BB:CC:DD:EE:FF image state-read\n"
	       "\xe2\xa0\x8b Connecting to AA:BB:CC:DD:EE:FF... OK\n"
	       "\xe2\xa0\x8b Waiting for image states... OK\n"
	       "ImageState(\n"
	       "    slot=0,\n"
	       "    version='1.0.0',\n"
	       "    image=None,\n"
	       "    hash=HashBytes(\n"
	       "        '31ABC7A399A42B5712510D834BE16BA342E34BD9A51A3510CBBE32BFB763590B'\n"
	       "    ),\n"
	       "    bootable=True,\n"
	       "    pending=None,\n"
	       "    confirmed=True,\n"
	       "    active=True,\n"
	       "    permanent=False\n"
	       ")\n"
	       "ImageState(slot=1, version='2.0.0', image=1, hash=HashBytes('760D3F6E'), bootable=True, pending=True)\n"
	       "splitStatus: 0\n"
	       "$ smpmgr --port COM3 image upload app.bin\n"
	       "app.bin \xe2\x94\x81\xe2\x94\x81 100.0% \xe2\x80\xa2 3.7/3.7 kB \xe2\x80\xa2 347.8 kB/s \xe2\x80\xa2 0:00:00\n"
	       "\xe2\xa0\x8b Waiting for image erase... OK\n",
	       "smpmgr output",
	       "2 up\n"
	       "1 > 0 1/0 #- v- bfff\n"
	       "4 list 0/0 1.0.0 bac 31abc7a3/32\n"
	       "4 list 1/1 2.0.0 bp 760d3f6e/4\n"
	       "19 > 2 1/1 #- v- bf636f666600ff\n"
	       "20 < 3 1/1 #- v- bf62726300636f6666190e74ff\n"
	       "21 > 2 1/5 #- v- bfff\n"
	       "21 < 3 1/5 #- v- bf62726300ff\n");
	assert_true(d->facts->smp.upload.completed);
}

static void smpmgr_log_file(void **state)
{
	(void)state;
	expect("2026-11-25 23:59:59,137 - DEBUG - /v/site-packages/smp/packet.py:79 - Serializing "
	       "request=b'\\x08\\x00\\x00\\x01\\x00\\x00\\x00\\x06\\xa0'\n"
	       "2026-11-26 00:00:00,140 - DEBUG - /v/site-packages/smp/packet.py:169 - Response "
	       "length_and_frame=b'\\x00\\x12\\x0b\\x00\\x00\\x08\\x00\\x01\\x01\\x01\\xbfcoff\\x18W\\xff\\xf4\\xa9'\n"
	       "2026-11-26 00:00:00,150 - ERROR - /v/smpmgr/common.py:169 - Timeout waiting for response\n",
	       "smpmgr output",
	       "1 > 0 0/6 #0 v1 a0\n"
	       "2 > 2 1/1 #1 v1 a0\n"
	       "2 < 3 1/1 #1 v1 bf636f66661857ff\n");
	assert_int_equal(d->facts->smp.last.ms, 86400140);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tuglog_frames),
		cmocka_unit_test(tuglog_console_text_is_for_others),
		cmocka_unit_test(mcumgr_plain_output),
		cmocka_unit_test(mcumgr_uploads),
		cmocka_unit_test(mcumgr_torn_pastes),
		cmocka_unit_test(mcumgr_commands_without_output_prove_nothing),
		cmocka_unit_test(mcumgr_debug_ble),
		cmocka_unit_test(mcumgr_debug_serial),
		cmocka_unit_test(smpmgr_console),
		cmocka_unit_test(smpmgr_wrapped_literals),
		cmocka_unit_test(smpmgr_lists_and_uploads),
		cmocka_unit_test(smpmgr_log_file),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
