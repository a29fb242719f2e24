/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of clients' logs (tug, mcumgr, smpmgr, mcumgrctl, bare frames): excerpts of real output in, and what the
 * reader gives to the tracker is written down as one line an event and compared with what is expected:
 *
 *     LINE > OP GROUP/ID #SEQ vVERSION BODY     a frame to the device (< from it), body in hex, " cut" when cut off
 *     LINE code RC [of GROUP]                   a code alone
 *     LINE silent [GROUP/ID]                    a request without an answer
 *     LINE command OP GROUP/ID                  a command named
 *     LINE list IMAGE/SLOT VERSION FLAGS HASH.. an image list as text, one line a slot
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diagnose/engine_priv.h"
#include "src/diagnose/readers_priv.h"

static char events[32768];

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *fmt, ...)
{
	size_t n = strlen(events);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(events + n, sizeof(events) - n, fmt, ap);
	va_end(ap);
}

static void note_hex(struct tug_slice s)
{
	for (size_t i = 0; i < s.len && i < 40; i++) {
		note("%02x", s.p[i]);
	}
	if (s.len > 40) {
		note("+%zu", s.len - 40);
	}
}

void __wrap_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f);
void __real_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f);
void __wrap_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f)
{
	note("%u %c %u %u/%u ", f->at.line, f->sent ? '>' : '<', f->hdr.op, f->hdr.group, f->hdr.id);
	note(f->seq_known ? "#%u " : "#- ", f->hdr.seq);
	note(f->version_known ? "v%u " : "v- ", f->hdr.version);
	note_hex(f->body);
	note("%s\n", f->cut ? " cut" : "");
	__real_tug_dg_frame(d, f);
}

void __wrap_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
void __real_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
void __wrap_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	note("%u %c octets ", l->no, sent ? '>' : '<');
	note_hex(octets);
	note("\n");
	__real_tug_dg_octets(d, l, sent, octets);
}

void __wrap_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group);
void __real_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group);
void __wrap_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group)
{
	note("%u code %d", l->no, rc);
	note(err_group >= 0 ? " of %d\n" : "\n", err_group);
	__real_tug_dg_code(d, l, rc, err_group);
}

void __wrap_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __real_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __wrap_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	note("%u silent", l->no);
	note(h != NULL ? " %u/%u\n" : "\n", h != NULL ? h->group : 0, h != NULL ? h->id : 0);
	__real_tug_dg_silent(d, l, h);
}

void __wrap_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __real_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __wrap_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	note("%u command %u %u/%u\n", l->no, h->op, h->group, h->id);
	__real_tug_dg_command(d, l, h);
}

void __wrap_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list);
void __real_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list);
void __wrap_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list)
{
	if (list->n == 0) {
		note("%u list empty\n", l->no);
	}
	for (unsigned i = 0; i < list->n; i++) {
		const struct tug_report_slot *s = &list->s[i];

		note("%u list %u/%u %s %s%s%s%s%s ", l->no, s->image, s->slot, s->version, s->bootable ? "b" : "",
		     s->active ? "a" : "", s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "");
		note_hex(tug_slice_of(s->hash, s->hash_len < 4 ? s->hash_len : 4));
		note("/%u\n", s->hash_len);
	}
	__real_tug_dg_image_list(d, l, src, list);
}

void __wrap_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l);
void __real_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l);
void __wrap_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l)
{
	note("%u up\n", l->no);
	__real_tug_dg_link_up(d, l);
}

void __wrap_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status);
void __real_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status);
void __wrap_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status)
{
	note("%u down %d\n", l->no, status);
	__real_tug_dg_link_down(d, l, status);
}

void __wrap_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu);
void __real_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu);
void __wrap_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu)
{
	note("%u mtu %u\n", l->no, mtu);
	__real_tug_dg_link_mtu(d, l, mtu);
}

void __wrap_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step);
void __real_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step);
void __wrap_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step)
{
	note("%u step %d\n", l->no, (int)step);
	__real_tug_dg_step(d, l, step);
}

void __wrap_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l);
void __real_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l);
void __wrap_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l)
{
	note("%u session\n", l->no);
	__real_tug_dg_session(d, l);
}

static struct tug_diag *d;
static const struct tug_report *report;

/* One input through the readers. */
static void read_text(const char *text)
{
	events[0] = '\0';
	tug_diag_free(d);
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "log.txt"), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(text, strlen(text))), TUG_OK);
	tug_dg_input_end(d);
	assert_int_equal(tug_diag_report(d, &report), TUG_OK);
}

/* `text` gives these events and every line of it is understood as `kind`. */
static void expect(const char *text, const char *kind, const char *want)
{
	read_text(text);
	assert_string_equal(events, want);
	assert_string_equal(report->inputs[0].kind, kind);
	assert_int_equal(report->inputs[0].known, report->inputs[0].lines);
}

static int finish(void **state)
{
	(void)state;
	tug_diag_free(d);
	d = NULL;
	return 0;
}

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
	       "                    /home/me/venv-peers/lib/python3.11/site-package             \n"
	       "                    s/smp/packet.py:79                                          \n"
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
		cmocka_unit_test(tuglog_frames),
		cmocka_unit_test(tuglog_console_text_is_for_others),
		cmocka_unit_test(mcumgr_plain_output),
		cmocka_unit_test(mcumgr_uploads),
		cmocka_unit_test(mcumgr_commands_without_output_prove_nothing),
		cmocka_unit_test(mcumgr_debug_ble),
		cmocka_unit_test(mcumgr_debug_serial),
		cmocka_unit_test(smpmgr_console),
		cmocka_unit_test(smpmgr_wrapped_literals),
		cmocka_unit_test(smpmgr_lists_and_uploads),
		cmocka_unit_test(smpmgr_log_file),
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
