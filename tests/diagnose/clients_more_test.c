/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of mcumgrctl, other clients and bare frames, and what none of the readers of clients may take for its own.
 */
#include "clients_seen.h"

/* ---- mcumgrctl --------------------------------------------------------------------------------------------------- */

static void ctl_lists(void **state)
{
	(void)state;
	expect("$ mcumgrctl --udp 192.0.2.1 image get-state\n"
	       "Image 0, Slot 0:\n"
	       "    version:   1.0.0\n"
	       "    hash:      31abc7a399a42b5712510d834be16ba342e34bd9a51a3510cbbe32bfb763590b\n"
	       "    bootable:  true\n"
	       "    active:    true\n"
	       "    confirmed: true\n"
	       "    pending:   false\n"
	       "    permanent: false\n"
	       "Image 1, Slot 1:\n"
	       "    version:   2.0.0\n"
	       "    pending:   true\n"
	       "$ mcumgrctl -s /dev/ttyACM0 image slot-info\n"
	       "Image 0:\n"
	       "    Slot 0:\n"
	       "        size: 225280\n"
	       "    Slot 1:\n"
	       "        size: 225280\n"
	       "        upload_image_id: 0\n"
	       "    max_image_size: 217088\n",
	       "mcumgrctl output",
	       "1 > 0 1/0 #- v- bfff\n"
	       "2 list 0/0 1.0.0 bac 31abc7a3/32\n"
	       "2 list 1/1 2.0.0 p /0\n"
	       "14 > 0 1/6 #- v- a0\n"
	       "14 < 1 1/6 #- v- bf66696d616765739fbf65696d6167650065736c6f74739fbf64736c6f74006473697a651a000370+44\n");
	assert_int_equal(d->facts->smp.device.slot_size[1], 225280);
	assert_string_equal(d->facts->smp.client.transport, "serial");
	read_text("[\n  {\n    \"image\": 0,\n    \"slot\": 1,\n    \"version\": \"1.0.0\",\n"
		  "    \"hash\": \"31abc7a399a42b5712510d834be16ba342e34bd9a51a3510cbbe32bfb763590b\",\n"
		  "    \"bootable\": true,\n    \"pending\": false\n  }\n]\n");
	assert_string_equal(events, "3 list 0/1 1.0.0 b 31abc7a3/32\n");
}

static void ctl_debug(void **state)
{
	(void)state;
	/* No headers: the commands are known by keys and order. */
	expect("[2026-11-25T23:59:59Z DEBUG mcumgr_toolkit::connection] TX data: a0\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] RX data: bf62726308ff\n"
	       "[2026-11-26T00:00:00Z WARN  mcumgrctl] Failed to read SMP frame size from device, using slow default\n"
	       "[2026-11-26T00:00:00Z WARN  mcumgrctl] Reason: Device returned error code: MGMT_ERR_ENOTSUP\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] TX data: a1657175657279646d6f6465\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] RX data: bf646d6f646503ff\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] TX data: a2636f666619011b646461746141ff\n"
	       "[2026-11-26T00:00:00Z WARN  mcumgr_toolkit::connection] Retry transmission, error occurred: A timeout occurred\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] RX data: bf636f666619011cff\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] TX data: a2646861736844010203046763"
	       "6f6e6669726df4\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] RX data: bf66696d616765739fffff\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] TX data: a0\n"
	       "[2026-11-26T00:00:00Z DEBUG mcumgr_toolkit::connection] RX data: bfff\n",
	       "mcumgrctl output",
	       "1 > 0 0/6 #- v- a0\n"
	       "2 < 1 0/6 #- v- bf62726308ff\n"
	       "4 code 8\n"
	       "5 > 0 0/8 #- v- a1657175657279646d6f6465\n"
	       "6 < 1 0/8 #- v- bf646d6f646503ff\n"
	       "7 > 2 1/1 #- v- a2636f666619011b646461746141ff\n"
	       "8 silent\n"
	       "9 < 3 1/1 #- v- bf636f666619011cff\n"
	       "10 > 2 1/0 #- v- a26468617368440102030467636f6e6669726df4\n"
	       "11 < 3 1/0 #- v- bf66696d616765739fffff\n"
	       "12 > 2 0/5 #- v- a0\n"
	       "13 < 3 0/5 #- v- bfff\n");
	assert_int_equal(d->facts->smp.last.ms, 86400000);
}

static void ctl_causes(void **state)
{
	(void)state;
	expect("$ mcumgrctl -s /dev/ttyACM0 image upload app.bin\n"
	       "Error: mcumgrctl::client_error\n"
	       "  \xc3\x97 MCUmgr client error\n"
	       "  \xe2\x94\x9c\xe2\x94\x80\xe2\x96\xb6 Command execution failed\n"
	       "  \xe2\x95\xb0\xe2\x94\x80\xe2\x96\xb6 Device returned error code: IMG_MGMT_ERR_NO_FREE_SLOT\n"
	       "$ mcumgrctl --udp 192.0.2.1 image get-state\n"
	       "Error: mcumgrctl::client_error\n"
	       "  x MCUmgr client error\n"
	       "  |-> Receiving failed\n"
	       "  `-> A timeout occurred\n",
	       "mcumgrctl output",
	       "1 > 2 1/1 #- v- bf636f666600ff\n"
	       "5 code 9 of 1\n"
	       "6 > 0 1/0 #- v- bfff\n"
	       "10 silent\n");
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

static void other_clients(void **state)
{
	(void)state;
	expect("$ nrfutil mcu-manager serial image-list --serial-port /dev/ttyACM0\n"
	       "Image\n"
	       "   image number: 0\n"
	       "   slot: 0\n"
	       "   version: 0.0.0\n"
	       "   hash: 79756c74473206626cc558510ffbfadd6d09291f82d2f2de3756137ad522040155af4b149702b37059b6ff8eb73d979a\n"
	       "   bootable: true\n"
	       "   confirmed: true\n"
	       "   active: true\n"
	       "Image\n"
	       "   slot: 1\n"
	       "   pending: true\n"
	       "19:01:18 [DEBUG] (1) mcumgr_client::transfer: serialized: 020000060001a301a1636f666600\n"
	       "19:01:19 [DEBUG] (1) mcumgr_client::transfer: result string: ABADAAAGAAGjAb9icmMD/yT8\n"
	       "19:01:19 [DEBUG] (1) mcumgr_client::transfer: cbor: bf62726303ff\n"
	       "19:01:19 [ERROR] Error: rc = 3\n",
	       "output of another client",
	       "1 > 0 1/0 #- v- bfff\n"
	       "3 list 0/0 0.0.0 bac 79756c74/48\n"
	       "3 list 0/1  p /0\n"
	       "13 > 2 1/1 #163 v0 a1636f666600\n"
	       "14 < 3 1/1 #163 v0 bf62726303ff\n"
	       "16 code 3\n");
	expect("19:01:21 [INFO] (1) mcumgr_client::image: response: {\n"
	       "  \"images\": [\n"
	       "    {\n"
	       "      \"active\": true,\n"
	       "      \"hash\": [\n"
	       "        106,\n"
	       "        188,\n"
	       "        187,\n"
	       "        236\n"
	       "      ],\n"
	       "      \"slot\": 1,\n"
	       "      \"version\": \"1.2.3\"\n"
	       "    }\n"
	       "  ],\n"
	       "  \"splitStatus\": 0\n"
	       "}\n",
	       "output of another client", "2 list 0/1 1.2.3 a 6abcbbec/4\n");
}

/* ---- bare frames ------------------------------------------------------------------------------------------------- */

static void hex_forms(void **state)
{
	static const char *const forms[] = {
		"0x01-00-00-06-00-01-42-00-BF-62-72-63-08-FF",
		"01 00 00 06 00 01 42 00 bf 62 72 63 08 ff",
		"01:00:00:06:00:01:42:00:bf:62:72:63:08:ff",
		"01000006 00014200 bf627263 08ff",
		"0100000600014200bf62726308ff",
		"got (0x) 01-00-00-06-00-01-42-00-BF-62-72-63-08-FF, what now?",
		"12:03:45 RX 01 00 00 06 00 01 42 00 bf 62 72 63 08 ff",
		"const uint8_t a[] = { 0x01, 0x00, 0x00, 0x06, 0x00, 0x01, 0x42, 0x00, 0xbf, 0x62, 0x72, 0x63, 0x08, 0xFF };",
		"b'\\x01\\x00\\x00\\x06\\x00\\x01\\x42\\x00\\xbf\\x62\\x72\\x63\\x08\\xff'",
		"        Data: 0100000600014200bf62726308ff",
		"0000   01 00 00 06 00 01 42 00 bf 62 72 63 08 ff         ......B..brc..",
		"00000000: 0100 0006 0001 4200 bf62 7263 08ff       ......B..brc..",
		"00000000  01 00 00 06 00 01 42 00  bf 62 72 63 08 ff        |......B..brc..|",
		"{0x01, 0x00, 0x00,\n0x06, 0x00, 0x01, 0x42, 0x00,\n0xbf, 0x62, 0x72, 0x63, 0x08, 0xFF };",
		"0000   45 00 00 2a 12 34 40 00 40 11 00 00 7f 00 00 01  E..*\n"
		"0010   7f 00 00 01 05 39 05 39 00 16 fe 29 01 00 00 06  .....9.9\n"
		"0020   00 01 42 00 bf 62 72 63 08 ff                    ..B..brc..",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		read_text(forms[i]);
		assert_string_equal(events, "1 < 1 1/0 #66 v0 bf62726308ff\n");
		assert_string_equal(report->inputs[0].kind, "SMP frames in hex");
	}
}

static void hex_console_lines(void **state)
{
	static const char *const forms[] = {
		"\006\tABABAAAGAAEAAL9icmMI//g5",
		"\tABABAAAGAAEAAL9icmMI//g5",
		"^F^IABABAAAGAAEAAL9icmMI//g5",
		"write(b'\\x06\\tABABAAAGAAEAAL9icmMI//g5\\n')",
		"06 09 41 42 41 42 41 41 41 47 41 41 45 41 41 4c 39 69 63 6d 4d 49 2f 2f 67 35 0a",
		"AQAABgABAAC/YnJjCP8A",
	};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(forms) / sizeof(forms[0]); i++) {
		read_text(forms[i]);
		assert_string_equal(events, "1 < 1 1/0 #0 v0 bf62726308ff\n");
	}
	read_text(forms[5]); /* an octet too many for a frame */
	assert_string_equal(events, "");
}

static void hex_is_not_everything(void **state)
{
	(void)state;
	read_text("Connect to F3:5E:20:33:B0:0D now.\n"
		  "da2e7828-fbce-4e01-ae9e-261174997c48\n"
		  "6abcbbec6486a4237a964ec12cc6153be28fb517a85f9fe7a103f74b49755acb\n"
		  "The values 01 02 be added 00 00 00 01\n"
		  "0x08000000 0x20000000 00 00 00 00 00 00 00 00\n"
		  "dead beef cafe babe\n"
		  "00000000000000000000000000000000\n"
		  "01 00 00 06 00 01 42 00 bf 62 72 63 08 fe\n");
	assert_string_equal(events, "");
	assert_int_equal(report->inputs[0].known, 0);
	/* A known request that was cut off says what it is. */
	read_text("0a 00 00 a1 00 01 01 01 a6 63 6c 65 6e 19 0e 4f 63 6f 66 66 00 63\n\nand so on\n");
	assert_string_equal(events, "1 > 2 1/1 #1 v1 a6636c656e190e4f636f66660063 cut\n");
}

/* ---- what is none of these ----------------------------------------------------------------------------------------- */

static void no_command_in_prose(void **state)
{
	(void)state;
	read_text("Use mcumgr image list to see what is there.\n"
		  "mcumgr image list shows two images.\n"
		  "Run `mcumgr image confirm` after the reset.\n"
		  "- mcumgr reset\n"
		  "mcumgr <connection-options> image upload <file>\n"
		  "mcumgr image upload fails with an error\n"
		  "I tried smpmgr and mcumgrctl as well.\n"
		  "Error: cannot open the file\n"
		  "Done\n"
		  "Image\n"
		  "version: 7\n");
	assert_string_equal(events, "");
	assert_int_equal(report->inputs[0].known, 0);
}

static void check_prose(const char *path)
{
	static const struct tug_reader *const mine[] = {
		&tug_reader_tuglog, &tug_reader_mcumgr, &tug_reader_smpmgr, &tug_reader_mcumgrctl, &tug_reader_others,
		&tug_reader_hex,
	};
	FILE *f = fopen(path, "rb");
	char row[4096];
	bool code = false;
	size_t n;
	const struct tug_reader *const *all = tug_readers(&n);

	assert_non_null(f);
	events[0] = '\0';
	tug_diag_free(d);
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, path), TUG_OK);
	while (fgets(row, sizeof(row), f) != NULL) {
		code = strstr(row, "```") != NULL ? !code : code;
		if (!code) {
			tug_diag_feed(d, tug_slice_of(row, strlen(row)));
		}
	}
	fclose(f);
	tug_dg_input_end(d);
	assert_int_equal(d->facts->smp.frames, 0);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(mine) / sizeof(mine[0]); k++) {
			assert_true(all[i] != mine[k] || d->input[0].by[i] == 0);
		}
	}
}

static void prose_is_no_log(void **state)
{
	DIR *docs = opendir(TUG_SOURCE_DIR "/docs");
	struct dirent *e;
	unsigned n = 0;

	(void)state;
	assert_non_null(docs);
	check_prose(TUG_SOURCE_DIR "/README.md");
	while ((e = readdir(docs)) != NULL) {
		char path[1024];

		if (strstr(e->d_name, ".md") != NULL) {
			snprintf(path, sizeof(path), "%s/docs/%s", TUG_SOURCE_DIR, e->d_name);
			check_prose(path);
			n++;
		}
	}
	closedir(docs);
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ctl_lists),
		cmocka_unit_test(ctl_debug),
		cmocka_unit_test(ctl_causes),
		cmocka_unit_test(other_clients),
		cmocka_unit_test(hex_forms),
		cmocka_unit_test(hex_console_lines),
		cmocka_unit_test(hex_is_not_everything),
		cmocka_unit_test(no_command_in_prose),
		cmocka_unit_test(prose_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
