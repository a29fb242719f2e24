/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of consoles: pastes in the forms people make them, and what is known of the boots afterwards. Facts are
 * written down as text, one line a fact, and compared:
 *
 *     boot LINE [banner] [started] [p=MAGIC/SWAP/COPY/OK] [s=...] [source=X] [swap=X] [alg=X] [recovery]
 *          [complained@LINE] [jumped@LINE] [app]
 *     restarted LINE.. | app_first LINE | app_swap X@LINE | swap_info TYPE ADDR@LINE
 *     zephyr N | ncs N | mcuboot N | mode N | chip X | known N/N
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diagnose/boots_priv.h"
#include "src/diagnose/engine_priv.h"

static char out[16384];
static char restarts[512];

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	size_t n = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, sizeof(out) - n, fmt, ap);
	va_end(ap);
}

void __wrap_tug_dg_restarted(struct tug_diag *d, const struct tug_dg_line *l);
void __real_tug_dg_restarted(struct tug_diag *d, const struct tug_dg_line *l);
void __wrap_tug_dg_restarted(struct tug_diag *d, const struct tug_dg_line *l)
{
	size_t n = strlen(restarts);

	snprintf(restarts + n, sizeof(restarts) - n, " %u", l->no);
	__real_tug_dg_restarted(d, l);
}

static void say_trailer(const char *name, const struct tug_dg_trailer *t)
{
	if (t->known) {
		say(" %s=%s/%d/%d/%d", name, t->magic, t->swap_type, t->copy_done, t->image_ok);
	}
}

static void say_boot(const struct tug_dg_boot *b)
{
	say("boot %u%s%s", b->at.line, b->banner ? " banner" : "", b->started ? " started" : "");
	say_trailer("p", &b->primary);
	say_trailer("s", &b->secondary);
	say("%s%s", b->source[0] != '\0' ? " source=" : "", b->source);
	say("%s%s", b->swap[0] != '\0' ? " swap=" : "", b->swap);
	say("%s%s", b->algorithm[0] != '\0' ? " alg=" : "", b->algorithm);
	say("%s", b->recovery ? " recovery" : "");
	if (b->complained) {
		say(" complained@%u", b->complaint.line);
	}
	if (b->jumped) {
		say(" jumped@%u", b->jump_at.line);
	}
	say("%s\n", b->app ? " app" : "");
}

static void say_version(const char *name, const struct tug_dg_version *v)
{
	if (v->v != 0) {
		say("%s %u\n", name, v->v);
	}
}

static void say_facts(struct tug_diag *d)
{
	const struct tug_dg_facts *f = tug_dg_facts(d);

	for (uint32_t i = 0; i < f->boots.n; i++) {
		say_boot(&f->boots.boot[i]);
	}
	if (restarts[0] != '\0') {
		say("restarted%s\n", restarts);
	}
	if (f->boots.app_first) {
		say("app_first %u\n", f->boots.app_at.line);
	}
	if (f->boots.app_swap[0] != '\0') {
		say("app_swap %s@%u\n", f->boots.app_swap, f->boots.app_swap_at.line);
	}
	if (f->boots.wrote_swap_info) {
		say("swap_info %d 0x%llx@%u\n", f->boots.swap_info_type, (unsigned long long)f->boots.swap_info_addr,
		    f->boots.swap_info_at.line);
	}
	say_version("zephyr", &f->version.zephyr);
	say_version("ncs", &f->version.ncs);
	say_version("mcuboot", &f->version.mcuboot);
	if (f->smp.device.mode >= 0) {
		say("mode %d\n", (int)f->smp.device.mode);
	}
	if (f->smp.device.chip[0] != '\0') {
		say("chip %s\n", f->smp.device.chip);
	}
}

/* Feed `text` in pieces of `step` octets and write the facts down. */
static void run(const char *text, size_t step)
{
	struct tug_diag *d;
	const struct tug_report *r;
	size_t len = strlen(text);

	out[0] = restarts[0] = '\0';
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "console.txt"), TUG_OK);
	for (size_t i = 0; i < len; i += step) {
		assert_int_equal(tug_diag_feed(d, tug_slice_of(text + i, len - i < step ? len - i : step)), TUG_OK);
	}
	assert_int_equal(tug_diag_report(d, &r), TUG_OK);
	say_facts(d);
	tug_diag_free(d);
}

static void expect(const char *text, const char *facts)
{
	run(text, 4096);
	assert_string_equal(out, facts);
	run(text, 7);
	assert_string_equal(out, facts);
}

/* ---- forms of a line ---------------------------------------------------------------------------------------- */

static void check_line(const char *line, char level, const char *module, const char *text)
{
	struct tug_dg_says s;
	char got[512], want[512];

	tug_dg_says(tug_slice_of(line, strlen(line)), &s);
	snprintf(got, sizeof(got), "%c|%.*s|%.*s", s.level == 0 ? '-' : s.level, (int)s.module.len, (const char *)s.module.p,
		 (int)s.text.len, (const char *)s.text.p);
	snprintf(want, sizeof(want), "%c|%s|%s", level, module, text);
	assert_string_equal(got, want);
}

static void test_forms(void **state)
{
	(void)state;
	check_line("I: Starting bootloader", 'I', "", "Starting bootloader");
	check_line("[00:00:00.430,343] <inf> mcuboot: Starting bootloader", 'I', "mcuboot", "Starting bootloader");
	check_line("[0:0:0.8,150] <wrn> mcuboot: Cannot upgrade: x", 'W', "mcuboot", "Cannot upgrade: x");
	check_line("[00001234] <err> os: ***** MPU FAULT *****", 'E', "os", "***** MPU FAULT *****");
	check_line("<dbg> img_mgmt.img_mgmt_state_read: hello", 'D', "img_mgmt", "hello");
	check_line("<err> no module here", 'E', "", "no module here");
	check_line("[00:00:01.000,000] <inf> [0x20001234] mcumgr_img_grp: x: y", 'I', "mcumgr_img_grp", "x: y");
	check_line("[2024-01-01 00:00:01.234,567] <inf> app: x", 'I', "app", "x");
	check_line("00> [00:00:00.001,000] <inf> mcuboot: Starting bootloader", 'I', "mcuboot", "Starting bootloader");
	check_line("00> I: Boot source: none", 'I', "", "Boot source: none");
	check_line("[10:22:33.123] I: Boot source: none", 'I', "", "Boot source: none");
	check_line("10:22:33.123 -> I: Boot source: none", 'I', "", "Boot source: none");
	check_line("16:14:11.974: W: Reset reason: watchdog", 'W', "", "Reset reason: watchdog");
	check_line("2024-05-16T10:22:33.123Z [00:00:00.001,000] <inf> mcuboot: x", 'I', "mcuboot", "x");
	check_line("[2024-05-16 10:22:33.123] [00:00:00.001,000] <inf> mcuboot: x", 'I', "mcuboot", "x");
	check_line("2024-05-16 10:22:33,123 | E: x", 'E', "", "x");
	check_line("(10:22:33) E: x", 'E', "", "x");
	check_line("[INF] Starting bootloader", 'I', "", "Starting bootloader");
	check_line("[WRN] Failed reading sectors", 'W', "", "Failed reading sectors");
	check_line("[ERR ][MCUb]: Image in the secondary slot is not valid!", 'E', "MCUb", "Image in the secondary slot is not valid!");
	check_line("[esp32c3] [INF] [boot] chip revision: v0.3", 'I', "boot", "chip revision: v0.3");
	check_line("[esp32c3] [INF] Boot source: primary slot", 'I', "", "Boot source: primary slot");
	check_line("uart:~$ *** Booting Zephyr OS build v3.7.99 ***", '-', "", "*** Booting Zephyr OS build v3.7.99 ***");
	check_line("uart:~$ uart:~$ [00:00:00.001,922] <inf> smp_sample: build time", 'I', "smp_sample", "build time");
	/* What is none of these stays as it is. */
	check_line("E/NetworkScheduler( 1234): x", '-', "", "E/NetworkScheduler( 1234): x");
	check_line("Exit: 0", '-', "", "Exit: 0");
	check_line("[boot] x", '-', "", "[boot] x");
	check_line("10:22 see you", '-', "", "10:22 see you");
	check_line("[]", '-', "", "[]");
	check_line("[", '-', "", "[");
	check_line("", '-', "", "");
	check_line("I:", '-', "", "I:");
	check_line("00>", '-', "", "00>");
}

/* ---- whole boots -------------------------------------------------------------------------------------------- */

static void test_minimal(void **state)
{
	(void)state;
	expect("*** Booting MCUboot v2.1.0-dev-2b69d93e75bc ***\n"
	       "*** Using nRF Connect SDK v3.1.0-6c6e5b32496e ***\n"
	       "*** Using Zephyr OS v4.1.99-1612683d4010 ***\n"
	       "I: Starting bootloader\n"
	       "I: Primary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "I: Secondary image: magic=good, swap_type=0x2, copy_done=0x3, image_ok=0x3\n"
	       "I: Boot source: none\n"
	       "I: Image index: 0, Swap type: test\n"
	       "I: Starting swap using move algorithm.\n"
	       "I: Bootloader chainload address offset: 0xc000\n"
	       "I: Image version: v1.2.3\n"
	       "I: Jumping to the first image slot\n"
	       "*** Booting nRF Connect SDK v3.1.0-6c6e5b32496e ***\n"
	       "*** Using Zephyr OS v4.1.99-1612683d4010 ***\n"
	       "Hello World! nrf52840dk/nrf52840\n",
	       "boot 1 banner started p=unset/1/3/3 s=good/2/3/3 source=none swap=test alg=move jumped@12 app\n"
	       "restarted 1\nzephyr 40199\nncs 30100\nmcuboot 20100\nmode 3\nchip nrf52840\n");
}

static void test_full(void **state)
{
	(void)state;
	/* Colours as escape sequences, and as a forum leaves them. */
	expect("*** Booting Zephyr OS build v2.1.99-ncs1 ***\n"
	       "[00:00:00.003,021] \x1b[0m<inf> mcuboot: Starting bootloader\x1b[0m\n"
	       "[00:00:00.009,185] [0m<inf> mcuboot: Primary image: magic=bad, swap_type=0x1, copy_done=0x2, image_ok=0x2[0m\n"
	       "[00:00:00.019,042] [0m<inf> mcuboot: Boot source: none[0m\n"
	       "[00:00:00.024,505] [0m<inf> mcuboot: Swap type: test[0m\n"
	       "[00:00:10.972,961] [1;31m<err> mcuboot: Image in the secondary slot is not valid![0m\n"
	       "[00:00:11.204,101] [0m<inf> mcuboot: Bootloader chainload address offset: 0xc000[0m\n"
	       "[00:00:11.211,730] [0m<inf> mcuboot: Jumping to the first image slot[0m\n",
	       "boot 1 banner started p=bad/1/2/2 source=none swap=test complained@6 jumped@8\n"
	       "restarted 1\nzephyr 20199\n");
}

static void test_rtt_noise(void **state)
{
	(void)state;
	expect("###RTT Client: ************************************************************ \n"
	       "00> \n"
	       "00> *** Booting Zephyr OS build v3.2.99-ncs1  ***\n"
	       "00> I: Starting bootloader\n"
	       "00> I: Swap type: none\n"
	       "00> I: Jumping to the first image slot\n"
	       "00> *** Booting Zephyr OS build v3.2.99-ncs1  ***\n"
	       "00> [00:00:00.300,000] <inf> app: up\n",
	       "boot 3 banner started swap=none jumped@6 app\nrestarted 3\nzephyr 30299\n");
}

static void test_terminal_times(void **state)
{
	(void)state;
	expect("[15:03:48.692] *** Booting Zephyr OS build v2.6.0-rc1-ncs1 ***\n"
	       "[15:03:48.953] I: Starting bootloader\n"
	       "[15:03:48.953] I: Enter the serial recovery mode\n"
	       "[15:03:48.953] I: Device suspended\n",
	       "boot 1 banner started recovery\nrestarted 1\nzephyr 20600\n");
}

static void test_one_line(void **state)
{
	(void)state;
	/* Line ends lost on the way through a forum; the stage before MCUboot prints its own banner. */
	expect("*** Booting nRF Connect SDK v2.8.0-a2386bfc8401 *** *** Using Zephyr OS v3.7.99-0bc3393fb112 *** Attempting to "
	       "boot slot 0. Attempting to boot from address 0x8200. I: Verifying signature against key 0. I: Hash: 0xa5...ef I: "
	       "Firmware signature verified. Firmware version 2 I: Setting monotonic counter (version: 2, slot: 0) *** Booting "
	       "MCUboot v2.1.0-dev-4594a8693738 *** *** Using nRF Connect SDK v2.8.0-a2386bfc8401 *** *** Using Zephyr OS "
	       "v3.7.99-0bc3393fb112 *** I: Starting bootloader E: Failed to open flash area ID 2 (image 0 slot 1): -2, cannot "
	       "continue\n",
	       "boot 1 banner started complained@1\nrestarted 1\nzephyr 30799\nncs 20800\nmcuboot 20100\n");
	expect("[15:03:48.692] *** Booting Zephyr OS build v2.6.0-rc1-ncs1 *** [15:03:48.953] I: Starting bootloader "
	       "[15:03:48.953] I: Enter the serial recovery mode\n",
	       "boot 1 banner started recovery\nrestarted 1\nzephyr 20600\n");
}

static void test_two_boots(void **state)
{
	(void)state;
	expect("*** Booting MCUboot v2.1.0-ncs2 ***\n"
	       "I: Starting bootloader\n"
	       "I: Image index: 0, Swap type: test\n"
	       "I: Jumping to the first image slot\n"
	       "*** Booting MCUboot v2.1.0-ncs2 ***\n"
	       "I: Starting bootloader\n"
	       "I: Image index: 0, Swap type: revert\n"
	       "I: Jumping to the first image slot\n"
	       "*** Booting My Application v1.0.0-aaa ***\n",
	       "boot 1 banner started swap=test jumped@4\nboot 5 banner started swap=revert jumped@8 app\n"
	       "restarted 1 5\nmcuboot 20100\n");
}

static void test_same_banner(void **state)
{
	(void)state;
	/* One banner for both, the jump is not printed: the text that follows decides. */
	expect("*** Booting Zephyr OS build v2.3.0-rc1-122-ge550302a61a0  ***\n"
	       "[00:00:00.005,000] <inf> mcuboot: Starting bootloader\n"
	       "[00:00:00.006,000] <inf> mcuboot: Scratch: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "[00:00:00.006,000] <inf> mcuboot: Boot source: primary slot\n"
	       "[00:00:00.013,000] <inf> mcuboot: Swap type: none\n"
	       "*** Booting Zephyr OS build v2.3.0-rc1-122-ge550302a61a0  ***\n"
	       "Hello World! disco_l475_iot1\n"
	       "*** Booting Zephyr OS build v2.3.0-rc1-122-ge550302a61a0  ***\n"
	       "[00:00:00.005,000] <inf> mcuboot: Starting bootloader\n"
	       "[00:00:00.013,000] <err> mcuboot: Unable to find bootable image\n",
	       "boot 1 banner started source=primary swap=none jumped@6 app\nboot 8 banner started complained@10\n"
	       "restarted 1 8\nzephyr 20300\nmode 1\n");
	/* The application alone: no bootloader. */
	expect("*** Booting Zephyr OS build v3.5.0 ***\n[00:00:00.000,000] <inf> app: up\n", "restarted 1\napp_first 1\nzephyr 30500\n");
	/* A driver's line between does not tell. */
	expect("*** Booting Zephyr OS build v3.5.0 ***\n[00:00:00.000,100] <inf> spi_nor: mx25r64\n"
	       "[00:00:00.001,000] <inf> mcuboot: Starting bootloader\n",
	       "boot 1 banner started\nrestarted 1\nzephyr 30500\n");
	/* A banner alone says nothing. */
	expect("*** Booting Zephyr OS build v3.5.0 ***\n", "zephyr 30500\n");
	/* The SDK's banner with Zephyr's version; a prompt of the shell in front. */
	expect("uart:~$ uart:~$ *** Booting nRF Connect SDK v3.5.99-ncs1 ***\n"
	       "I: Starting bootloader\n",
	       "boot 1 banner started\nrestarted 1\nzephyr 30599\n");
	/* Behind the end of another line. */
	expect("I: Starting bootloader\n"
	       "[00:00:00.102,000] <inf> mcuboot: Jumping to the first image slot\xef\xbf\xbd*** Booting Zephyr OS build v2.1.0-1 ***\n"
	       "Hello\n",
	       "boot 1 started jumped@2 app\nrestarted 1\nzephyr 20100\n");
}

static void test_others(void **state)
{
	(void)state;
	expect("ESP-ROM:esp32c3-api1-20210207\n"
	       "[esp32c3] [INF] *** Booting MCUboot build v2.2.0-208-g76036133 ***\n"
	       "[esp32c3] [INF] [boot] chip revision: v0.4\n"
	       "[esp32c3] [INF] Primary image: magic=good, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "[esp32c3] [INF] Scratch: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "[esp32c3] [INF] Boot source: primary slot\n"
	       "[esp32c3] [INF] Image index: 0, Swap type: none\n"
	       "[esp32c3] [INF] Loading image 0 - slot 0 from flash, area id: 1\n"
	       "[esp32c3] [ERR] Load header magic verification failed. Aborting\n",
	       "boot 2 banner p=good/1/3/3 source=primary swap=none complained@9\nrestarted 2\nmcuboot 20200\nmode 1\n");
	expect("[INFO][BL]: Starting MCUboot\n"
	       "[INFO][MCUb]: Primary image: magic=bad, swap_type=0x0, copy_done=0x2, image_ok=0x2\n"
	       "[INFO][MCUb]: Image index: 0, Swap type: none\n"
	       "[INFO][BL]: Booting firmware image at 0x8021000\n"
	       "[INFO][HMC20]: Starting main thread\n",
	       "boot 1 started p=bad/0/2/2 swap=none jumped@4 app\nrestarted 1\n");
	expect("[INF] Starting bootloader\n[WRN] Failed reading image headers; Image=0\n[ERR] Unable to find bootable image\n",
	       "boot 1 started complained@2\nrestarted 1\n");
	expect("[INF] boot_swap_type_multi: Primary image: magic= good, swap_type=0x1, copy_done=0x3, image_ok=0x1\n",
	       "boot 1 p=good/1/3/1\nrestarted 1\n");
}

static void test_xip_overwrite(void **state)
{
	(void)state;
	expect("I: Starting Direct-XIP bootloader\nI: Image 0 primary slot: version=1.0.0+0\nI: Image 0 loaded from the primary slot\n"
	       "I: Jumping to the image slot\n",
	       "boot 1 started jumped@4\nrestarted 1\nmode 4\n");
	expect("I: Starting bootloader\nI: Image index: 0, Swap type: test\nI: Image 0 upgrade secondary slot -> primary slot\n"
	       "I: Erasing the primary slot\nI: Jumping to the first image slot\n",
	       "boot 1 started swap=test alg=overwrite jumped@5\nrestarted 1\nmode 2\n");
	/* A copy in a swap build (bootstrap) does not say the mode. */
	expect("I: Starting bootloader\nI: Primary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "I: Image 0 upgrade secondary slot -> primary slot\n",
	       "boot 1 started p=unset/1/3/3 alg=overwrite\nrestarted 1\n");
}

/* ---- who said it -------------------------------------------------------------------------------------------- */

static void test_app_swap(void **state)
{
	(void)state;
	/* The application asks for its swap type and writes a trailer; then the bootloader sees none. */
	expect("I: Swap type: none\n"
	       "writing swap_info; fa_id=5 off=0x39fd8 (0x7ffd8), swap_type=0x3 image_num=0x0func img_mgmt_state_read\n"
	       "func img_mgmt_state_flags, 0\n"
	       "I: Swap type: perm\n"
	       "*** Booting Zephyr OS build v2.7.99-ncs1-1  ***\n"
	       "I: Starting bootloader\n"
	       "I: Secondary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
	       "I: Swap type: none\n"
	       "I: Jumping to the first image slot\n",
	       "boot 5 banner started s=unset/1/3/3 swap=none jumped@9\nrestarted 5\napp_swap perm@4\nswap_info 3 0x7ffd8@2\nzephyr 20799\n");
	/* After the jump it is the application's. */
	expect("I: Starting bootloader\nI: Image index: 0, Swap type: none\nI: Jumping to the first image slot\n"
	       "[00:00:05.000,000] <inf> mcuboot_util: Image index: 0, Swap type: test\n",
	       "boot 1 started swap=none jumped@3 app\nrestarted 1\napp_swap test@4\n");
	/* A cut paste of the bootloader: the lines behind it say whose it is. */
	expect("I: Swap type: test\nE: Image in the secondary slot is not valid!\n",
	       "boot 1 swap=test complained@2\nrestarted 1\n");
	/* The bootloader's own trailer write is not the application's. */
	expect("D: Starting bootloader\nD: writing swap_info; fa_id=1 off=0x1 (0x2), swap_type=0x2 image_num=0x0\n",
	       "boot 1 started\nrestarted 1\n");
}

static void test_fragments(void **state)
{
	(void)state;
	expect("W: Not enough free space to run swap upgrade\nW: required 225280 bytes but only 221184 are available\n",
	       "boot 1 complained@1\nrestarted 1\n");
	expect("E: Image in the secondary slot is not valid!\n", "boot 1 complained@1\nrestarted 1\n");
}

static void test_not_a_console(void **state)
{
	(void)state;
	expect("E: Unable to locate package mcumgr\nE: Couldn't find any package by glob 'mcumgr'\n", "");
	expect("I get the error E: Image in the secondary slot is not valid! when I update.\nWhat is the banner *** Booting?\n", "");
	expect("After Starting bootloader it says Swap type: none and then nothing.\n", "");
	expect("CONFIG_BOOTLOADER_MCUBOOT=y\nI: think so\nW: \nD:\n", "");
	expect("***\n*** Booting ***\n******* Booting MCUboot v1 *******\n", "");
}

static void test_app_after_jump(void **state)
{
	static const char boot[] = "I: Starting bootloader\nI: Jumping to the first image slot\n";
	char text[512];
	static const struct {
		const char *after;
		bool app;
	} cases[] = {
		{ "Starting Bluetooth Peripheral LBS example\n", true },
		{ "[00:00:00.254,000] <inf> app: up\n", true },
		{ "uart:~$ \nuart:~$ kernel uptime\n", true },
		{ "[00:00:00.254,000] <err> os: ***** MPU FAULT *****\n", true },
		{ "\nAfter this nothing happens.\n", false },
		{ "```\nAny idea?\n", false },
		{ "CONFIG_MCUMGR=y\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", boot, cases[i].after);
		run(text, 4096);
		assert_string_equal(out, cases[i].app ? "boot 1 started jumped@2 app\nrestarted 1\n" :
							"boot 1 started jumped@2\nrestarted 1\n");
	}
}

static void test_ring(void **state)
{
	char *text = malloc(64 * 1024);
	size_t n = 0;
	uint64_t total;
	struct tug_diag *d;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 300; i++) {
		n += (size_t)snprintf(text + n, 64 * 1024 - n, "*** Booting MCUboot v2.1.0 ***\nI: Starting bootloader\n"
								  "I: Image index: 0, Swap type: %s\n", i == 299 ? "revert" : "test");
	}
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "c"), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(text, n)), TUG_OK);
	total = tug_dg_facts(d)->boots.total;
	assert_int_equal(total, 300);
	assert_int_equal(tug_dg_facts(d)->boots.n, TUG_DG_BOOTS);
	assert_string_equal(tug_dg_facts(d)->boots.boot[TUG_DG_BOOTS - 1].swap, "revert");
	assert_string_equal(tug_dg_facts(d)->boots.boot[TUG_DG_BOOTS - 2].swap, "test");
	tug_diag_free(d);
	free(text);
}

/* A second input does not go on with the first one's boot. */
static void test_two_inputs(void **state)
{
	static const char a[] = "I: Starting bootloader\nI: Jumping to the first image slot\n";
	static const char b[] = "[00:00:00.254,000] <inf> app: up\nI: Swap type: test\n";
	struct tug_diag *d;

	(void)state;
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "a"), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(a, sizeof(a) - 1)), TUG_OK);
	assert_int_equal(tug_diag_input(d, "b"), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(b, sizeof(b) - 1)), TUG_OK);
	assert_int_equal(tug_dg_facts(d)->boots.n, 1);
	assert_false(tug_dg_facts(d)->boots.boot[0].app);
	assert_string_equal(tug_dg_facts(d)->boots.app_swap, "test");
	tug_diag_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),	      cmocka_unit_test(test_minimal),
		cmocka_unit_test(test_full),	      cmocka_unit_test(test_rtt_noise),
		cmocka_unit_test(test_terminal_times), cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_two_boots),     cmocka_unit_test(test_same_banner),
		cmocka_unit_test(test_others),	      cmocka_unit_test(test_xip_overwrite),
		cmocka_unit_test(test_app_swap),      cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_not_a_console), cmocka_unit_test(test_app_after_jump),
		cmocka_unit_test(test_ring),	      cmocka_unit_test(test_two_inputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
