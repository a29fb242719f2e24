/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of project files and build output: text in, facts out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diagnose/conf_priv.h"
#include "src/diagnose/engine_priv.h"
#include "src/diagnose/parts_priv.h"

static struct tug_diag *begin(void)
{
	struct tug_diag *d;

	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	return d;
}

static void feed(struct tug_diag *d, const char *name, const char *text)
{
	assert_int_equal(tug_diag_input(d, name), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(text, strlen(text))), TUG_OK);
	tug_dg_input_end(d);
}

/* Value of a symbol in these roles; "" = not set there. */
static const char *value(const struct tug_diag *d, unsigned roles, const char *name)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(d->facts->conf, roles, name);

	return s != NULL ? s->value : "";
}

/* ---- settings ----------------------------------------------------------------------------------------------- */

static void a_fragment(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_sym *s;

	(void)state;
	feed(d, "app/prj.conf",
	     "# Bluetooth\n"
	     "CONFIG_BT=y\n"
	     "  CONFIG_BT_L2CAP_TX_MTU = 498   # payload\n"
	     "CONFIG_BT_DEVICE_NAME=\"My \\\"thing\"\n"
	     "#CONFIG_LOG=y\n"
	     "# CONFIG_REBOOT is not set\n"
	     "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=0x400\n"
	     "CONFIG_MAIN_STACK_SIZE=2048\n"
	     "CONFIG_MAIN_STACK_SIZE=4096\n"
	     "CONFIG_BT_MAX_CONN=1\n"
	     "CONFIG_BT_MAX_CONN=1\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "BT"), "y");
	assert_string_equal(value(d, TUG_ROLE_APP, "BT_L2CAP_TX_MTU"), "498");
	assert_string_equal(value(d, TUG_ROLE_APP, "LOG"), "");
	assert_string_equal(value(d, TUG_ROLE_APP, "REBOOT"), "n");
	assert_int_equal(tug_dg_conf_num(d->facts->conf, TUG_ROLE_APP, "MCUMGR_TRANSPORT_NETBUF_SIZE", 0), 1024);
	s = tug_dg_conf_get(d->facts->conf, TUG_ROLE_APP, "MAIN_STACK_SIZE");
	assert_non_null(s);
	assert_true(s->twice);
	assert_int_equal(s->at.line, 9);
	assert_int_equal(s->earlier.line, 8);
	assert_false(tug_dg_conf_get(d->facts->conf, TUG_ROLE_APP, "BT_MAX_CONN")->twice);
	assert_int_equal(tug_dg_conf_roles(d->facts->conf), TUG_ROLE_APP);
	assert_false(d->facts->logs);
	tug_diag_free(d);
}

static void a_later_file_is_no_second_setting(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "prj.conf", "CONFIG_BT_MAX_CONN=1\n");
	feed(d, "boards/nrf52833dk_nrf52833.conf", "CONFIG_BT_MAX_CONN=2\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "BT_MAX_CONN"), "2");
	assert_false(tug_dg_conf_get(d->facts->conf, TUG_ROLE_APP, "BT_MAX_CONN")->twice);
	assert_string_equal(d->facts->smp.device.chip, "nrf52833");
	tug_diag_free(d);
}

static void files_of_one_build(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_conf *c = d->facts->conf;

	(void)state;
	feed(d, "app/prj.conf", "CONFIG_A=y\nCONFIG_LOG=y\n");
	feed(d, "app/prj_release.conf", "CONFIG_LOG=n\n");
	feed(d, "other/prj.conf", "CONFIG_A=n\n");
	feed(d, "app/overlay-bt.conf", "CONFIG_BT=y\n");
	feed(d, "app/boards/nrf52dk_nrf52832.conf", "CONFIG_B1=y\n");
	feed(d, "app/boards/nrf52dk_nrf52832.overlay", "/ { chosen { zephyr,console = &uart0; }; };\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "LOG"), "y");
	assert_string_equal(value(d, TUG_ROLE_APP, "BT"), "y");
	assert_string_equal(value(d, TUG_ROLE_APP, "B1"), "y");
	assert_string_equal(d->facts->smp.device.chip, "nrf52832");
	/* A second board: neither of them counts. */
	feed(d, "app/boards/nrf5340dk_nrf5340_cpuapp.conf", "CONFIG_B1=n\n");
	feed(d, "app/boards/nrf5340dk_nrf5340_cpuapp.overlay", "/ { chosen { zephyr,console = &uart1; }; };\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "B1"), "");
	assert_string_equal(d->facts->smp.device.chip, "");
	assert_string_equal(d->facts->parts.chosen_console, "uart0");
	assert_non_null(tug_dg_conf_left_out(c, 2));
	/* Another build's .config. */
	feed(d, "build_a/app/zephyr/.config",
	     "# Automatically generated file; DO NOT EDIT.\nCONFIG_X1=y\nCONFIG_Y1=y\n");
	feed(d, "build_b/app/zephyr/.config", "# Automatically generated file; DO NOT EDIT.\nCONFIG_X1=n\n");
	assert_string_equal(value(d, TUG_ROLE_APP_BUILT, "X1"), "n");
	assert_string_equal(value(d, TUG_ROLE_APP_BUILT, "Y1"), "");
	tug_diag_free(d);
}

/* Path, one line in it, role expected. */
static const struct {
	const char *path, *text;
	unsigned role;
} roles[] = {
	{ "prj.conf", "CONFIG_BOOTLOADER_MCUBOOT=y", TUG_ROLE_APP },
	{ "a/boards/x.conf", "CONFIG_SERIAL=n", TUG_ROLE_APP },
	{ "overlay-mcuboot.conf", "CONFIG_BOOTLOADER_MCUBOOT=y", TUG_ROLE_APP },
	{ "mcuboot.conf", "CONFIG_SERIAL=n", TUG_ROLE_BOOT },
	{ "mcuboot.conf", "CONFIG_BOOTLOADER_MCUBOOT=y", TUG_ROLE_APP },
	{ "child_image\\mcuboot.conf", "CONFIG_LOG=n", TUG_ROLE_BOOT },
	{ "x/sysbuild/mcuboot/prj.conf", "CONFIG_SIZE_OPTIMIZATIONS=y", TUG_ROLE_BOOT },
	{ "x/sysbuild/mcuboot/boards/b.conf", "CONFIG_BT=n", TUG_ROLE_BOOT },
	{ "bootloader/mcuboot/boot/zephyr/prj.conf", "CONFIG_PM=n", TUG_ROLE_BOOT },
	{ "mcuboot/samples/zephyr/mcuboot_smp/prj.conf", "CONFIG_MCUMGR=y", TUG_ROLE_APP },
	{ "sysbuild/ipc_radio/prj.conf", "CONFIG_BT=y", TUG_ROLE_NET },
	{ "child_image/hci_rpmsg.conf", "CONFIG_BT_MAX_CONN=2", TUG_ROLE_NET },
	{ "log.txt", "CONFIG_BT_HCI_RAW=y", TUG_ROLE_NET },
	{ "log.txt", "CONFIG_BOOT_MAX_IMG_SECTORS=256", TUG_ROLE_BOOT },
	{ "log.txt", "CONFIG_SERIAL=y", TUG_ROLE_APP },
	{ "child_image/b0.conf", "CONFIG_SERIAL=y", 0 },
	{ "sysbuild.conf", "SB_CONFIG_BOOTLOADER_MCUBOOT=y", TUG_ROLE_SYSBUILD },
	{ "log.txt", "SB_CONFIG_BOOTLOADER_MCUBOOT=y", TUG_ROLE_SYSBUILD },
	{ "log.txt", "mcuboot_CONFIG_LOG=y", TUG_ROLE_BOOT },
	{ "log.txt", "tfm_CONFIG_LOG=y", 0 },
};

static void roles_by_path_and_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		struct tug_diag *d = begin();

		feed(d, roles[i].path, roles[i].text);
		if (tug_dg_conf_roles(d->facts->conf) != roles[i].role) {
			fail_msg("%s: %s: role %x", roles[i].path, roles[i].text, tug_dg_conf_roles(d->facts->conf));
		}
		tug_diag_free(d);
	}
}

static void a_generated_file(void **state)
{
	struct tug_diag *d = begin();
	char text[16384];
	size_t n = 0;

	(void)state;
	feed(d, "build/mcuboot/zephyr/.config",
	     "#\n# Automatically generated file; DO NOT EDIT.\n# MCUboot\n#\nCONFIG_MCUBOOT=y\n"
	     "# CONFIG_BOOT_UPGRADE_ONLY is not set\n");
	assert_string_equal(value(d, TUG_ROLE_BOOT_BUILT, "BOOT_UPGRADE_ONLY"), "n");
	/* Without the head, so many symbols are a whole file. */
	for (unsigned i = 0; i < 200; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      i % 4 == 0 ? "# CONFIG_A%u is not set\n" : "CONFIG_A%u=y\n", i);
	}
	feed(d, "dotconfig.txt", text);
	assert_string_equal(value(d, TUG_ROLE_APP_BUILT, "A1"), "y");
	assert_string_equal(value(d, TUG_ROLE_APP, "A1"), "");
	feed(d, "build/zephyr/.config",
	     "# Automatically generated file; DO NOT EDIT.\nSB_CONFIG_BOOTLOADER_MCUBOOT=y\n");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD_BUILT, "BOOTLOADER_MCUBOOT"), "y");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD, "BOOTLOADER_MCUBOOT"), "");
	tug_diag_free(d);
}

static void a_generated_sysbuild_file(void **state)
{
	struct tug_diag *d = begin();
	char text[4096];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      i % 4 == 0 ? "# SB_CONFIG_A%u is not set\n" : "SB_CONFIG_A%u=y\n", i);
	}
	feed(d, "paste.txt", text);
	feed(d, "sysbuild.conf", "SB_CONFIG_A1=n\nSB_CONFIG_B1=y\n");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD_BUILT, "A1"), "y");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD, "B1"), "y");
	tug_diag_free(d);
}

static void built_comes_before_written(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, ".config", "# Automatically generated file; DO NOT EDIT.\n# CONFIG_MCUMGR is not set\n");
	feed(d, "prj.conf", "CONFIG_MCUMGR=y\n");
	assert_string_equal(value(d, TUG_ROLES_APP, "MCUMGR"), "n");
	tug_diag_free(d);
}

static void files_in_a_paste(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "post.txt",
	     "Hi, the update stops at 0 %. Here is my prj.conf:\n"
	     "\n"
	     "CONFIG_BT=y CONFIG_MCUMGR=y CONFIG_MCUMGR_GRP_IMG=y\n"
	     "- CONFIG_BT_MAX_CONN=2\n"
	     "\n"
	     "**child_image/mcuboot.conf**\n"
	     "```\n"
	     "CONFIG_LOG=y\n"
	     "```\n"
	     "=== sysbuild.conf ===\n"
	     "SB_CONFIG_BOOTLOADER_MCUBOOT=y\n"
	     "$ cat sysbuild/ipc_radio/prj.conf\n"
	     "CONFIG_BT_MAX_CONN=3\n"
	     "prj.conf:7:CONFIG_SERIAL=n\n"
	     "and pm_static.yml is:\n"
	     "I tried CONFIG_FOO=y without luck\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "MCUMGR_GRP_IMG"), "y");
	assert_string_equal(value(d, TUG_ROLE_APP, "BT_MAX_CONN"), "2");
	assert_string_equal(value(d, TUG_ROLE_APP, "LOG"), "");
	assert_string_equal(value(d, TUG_ROLE_BOOT, "LOG"), "y");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD, "BOOTLOADER_MCUBOOT"), "y");
	assert_string_equal(value(d, TUG_ROLE_NET, "BT_MAX_CONN"), "3");
	assert_string_equal(value(d, 0xff, "FOO"), "");
	assert_true(tug_dg_conf_file(d->facts->conf, "child_image/mcuboot.conf", NULL));
	assert_true(tug_dg_conf_file(d->facts->conf, "pm_static.yml", NULL));
	tug_diag_free(d);
}

static void settings_on_a_command_line(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "build.log",
	     "$ west build -p -b nrf52840dk_nrf52840 -- -DCONFIG_LOG=y -DSB_CONFIG_BOOTLOADER_MCUBOOT=y "
	     "\"-Dmcuboot_CONFIG_BOOT_MAX_IMG_SECTORS=256\"\n");
	assert_string_equal(value(d, TUG_ROLE_APP, "LOG"), "y");
	assert_string_equal(value(d, TUG_ROLE_SYSBUILD, "BOOTLOADER_MCUBOOT"), "y");
	assert_string_equal(value(d, TUG_ROLE_BOOT, "BOOT_MAX_IMG_SECTORS"), "256");
	assert_string_equal(d->facts->smp.device.chip, "nrf52840");
	assert_true(d->facts->build.seen);
	tug_diag_free(d);
}

/* ---- partitions --------------------------------------------------------------------------------------------- */

static const char map[] = "app:\n"
			  "  address: 0xc200\n"
			  "  end_address: 0x3e000\n"
			  "  region: flash_primary\n"
			  "  size: 0x31e00\n"
			  "mcuboot:\n"
			  "  address: 0x0\n"
			  "  end_address: 49152\n"
			  "  placement:\n"
			  "    before:\n"
			  "    - mcuboot_primary\n"
			  "  region: flash_primary\n"
			  "mcuboot_primary:\n"
			  "  address: 0xc000\n"
			  "  orig_span: &id001\n"
			  "  - mcuboot_pad\n"
			  "  - app\n"
			  "  region: flash_primary\n"
			  "  size: 0x32000   # 200 KB\n"
			  "  span: *id001\n"
			  "mcuboot_secondary: {address: 0x3e000, region: external_flash, size: 0x32000}\n"
			  "sram_primary:\n"
			  "  address: 0x20000000\n"
			  "  region: sram_primary\n"
			  "  size: 0x20000\n";

static void check_map(const struct tug_diag *d)
{
	const struct tug_dg_parts *p = &d->facts->parts;
	const struct tug_dg_part *x = tug_dg_part_of(p, "mcuboot", -1);

	assert_non_null(x);
	assert_int_equal(x->size, 0xc000);
	x = tug_dg_part_of(p, "mcuboot_primary", -1);
	assert_non_null(x);
	assert_true(x->span);
	assert_int_equal(x->addr, 0xc000);
	assert_int_equal(x->size, 0x32000);
	x = tug_dg_part_of(p, "slot1_partition", -1);
	assert_non_null(x);
	assert_string_equal(x->region, "external_flash");
	assert_null(tug_dg_part_of(p, "sram_primary", -1));
	assert_int_equal(p->n, 4);
	assert_int_equal(p->files, 1);
}

static void a_partition_file(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "pm_static.yml", map);
	check_map(d);
	assert_true(d->facts->parts.part[0].fixed);
	tug_diag_free(d);
}

/* A forum joined the lines; and one that lost the indentation. */
static void a_partition_file_flattened(void **state)
{
	struct tug_diag *d = begin();
	char text[sizeof(map)];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(map); i++) {
		bool comment = map[i] == '#';

		text[n++] = map[i] == '\n' ? ' ' : map[i];
		if (comment) {
			n--;
			i += strcspn(map + i, "\n") - 1;
		}
	}
	feed(d, "post.txt", text);
	check_map(d);
	assert_false(d->facts->parts.part[0].fixed);
	tug_diag_free(d);
	d = begin();
	n = 0;
	for (size_t i = 0; i < sizeof(map); i++) {
		if (map[i] != ' ' || i + 1 >= sizeof(map) || map[i + 1] != ' ') {
			text[n++] = map[i];
		}
	}
	feed(d, "post.txt", text);
	check_map(d);
	tug_diag_free(d);
}

static void two_partition_files_in_one_paste(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_parts *p = &d->facts->parts;

	(void)state;
	feed(d, "post.txt",
	     "smp_svr partitions.yml:\n"
	     "mcuboot_secondary:\n  address: 0x42000\n  size: 0x36000\n"
	     "my own:\n"
	     "mcuboot_secondary:\n  address: 0x44000\n  size: 0x3c000\n"
	     "I: Starting bootloader\n");
	assert_int_equal(p->files, 2);
	assert_int_equal(tug_parts_in(p, 1, "mcuboot_secondary")->addr, 0x42000);
	assert_int_equal(tug_parts_in(p, 2, "mcuboot_secondary")->addr, 0x44000);
	assert_int_equal(tug_dg_part_of(p, "mcuboot_secondary", -1)->addr, 0x44000);
	tug_diag_free(d);
}

static void a_partition_report(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_part *x;

	(void)state;
	feed(d, "report.txt",
	     "  flash_primary (0x80000 - 512kB):\n"
	     "+------------------------------------------------+\n"
	     "| 0x0: mcuboot (0xc000 - 48kB)                   |\n"
	     "+---0xc000: mcuboot_primary (0x3a000 - 232kB)----+\n"
	     "| 0xc000: mcuboot_pad (0x200 - 512B)             |\n"
	     "+---0xc200: mcuboot_primary_app (0x39e00 - 232kB)+\n"
	     "| 0xc200: app (0x39e00 - 231kB)                  |\n"
	     "| 0x46000: mcuboot_secondary (0x3a000 - 232kB)   |\n");
	x = tug_dg_part_of(&d->facts->parts, "mcuboot_secondary", -1);
	assert_non_null(x);
	assert_int_equal(x->addr, 0x46000);
	assert_int_equal(x->size, 0x3a000);
	assert_string_equal(x->region, "flash_primary");
	assert_int_equal(d->facts->parts.n, 6);
	tug_diag_free(d);
}

static void no_partitions_in_a_log(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "log.txt",
	     "Images:\n image=0 slot=0\n    version: 1.0.0\n    bootable: true\n    flags: active confirmed\n"
	     "Note: size: 123 and address: unknown\nUpload: offset: 12 size: 200\n"
	     "slot: size: 0x1000\n");
	assert_int_equal(d->facts->parts.n, 0);
	tug_diag_free(d);
}

static void a_devicetree(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_parts *p = &d->facts->parts;

	(void)state;
	feed(d, "app.overlay",
	     "/ {\n"
	     "\tchosen {\n"
	     "\t\tnordic,pm-ext-flash = &mx25r64;\n"
	     "\t\tzephyr,uart-mcumgr = &uart1; /* not uart0 */\n"
	     "\t};\n"
	     "};\n"
	     "/delete-node/ &slot1_partition;\n"
	     "&flash0 {\n"
	     "\tpartitions {\n"
	     "\t\tcompatible = \"fixed-partitions\";\n"
	     "\t\t#address-cells = <1>;\n"
	     "\t\tboot_partition: partition@0 { label = \"mcuboot\"; reg = <0x0 DT_SIZE_K(48)>; };\n"
	     "\t\tslot0_partition: partition@c000 {\n"
	     "\t\t\tlabel = \"image-0\";\n"
	     "\t\t\treg = <0x0000C000\n"
	     "\t\t\t       (200 * 1024)>;\n"
	     "\t\t};\n"
	     "\t};\n"
	     "};\n"
	     "&mx25r64 {\n"
	     "\tstatus = \"okay\";\n"
	     "\tpartitions {\n"
	     "\t\tpartition@0 { label = \"image-1\"; reg = <0x0 0x32000>; };\n"
	     "\t};\n"
	     "};\n");
	assert_int_equal(p->n, 3);
	assert_int_equal(tug_dg_part_of(p, "mcuboot", -1)->size, 48 * 1024);
	assert_int_equal(tug_dg_part_of(p, "mcuboot_primary", -1)->addr, 0xc000);
	assert_int_equal(tug_dg_part_of(p, "mcuboot_primary", -1)->size, 200 * 1024);
	assert_string_equal(tug_dg_part_of(p, "mcuboot_primary", -1)->region, "flash_primary");
	assert_string_equal(tug_dg_part_of(p, "mcuboot_secondary", -1)->region, "external_flash");
	assert_string_equal(p->chosen_mcumgr, "uart1");
	assert_string_equal(p->chosen_ext_flash, "mx25r64");
	assert_true(p->app_overlay);
	assert_false(p->boot_overlay);
	feed(d, "sysbuild/mcuboot.overlay",
	     "/ { chosen { zephyr,code-partition = &boot_partition; nordic,pm-ext-flash = &mx25r64; }; };\n");
	assert_true(p->boot_overlay);
	assert_string_equal(p->chosen_code_partition, "boot_partition");
	assert_string_equal(p->chosen_boot_ext_flash, "mx25r64");
	tug_diag_free(d);
}

static void a_devicetree_cut_off_in_a_paste(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "post.txt",
	     "&flash0 {\n\tpartitions {\n\t\tslot1_partition: partition@46000 {\n\t\t\tlabel = \"image-1\";\n"
	     "\t\t\treg = <0x00046000 0x3a000>;\n\t\t};\n"
	     "and then the console says\n"
	     "*** Booting Zephyr OS build v3.2.99-ncs1 ***\n"
	     "CONFIG_BT=y\n");
	assert_int_equal(d->facts->parts.n, 1);
	assert_string_equal(value(d, TUG_ROLE_APP, "BT"), "y");
	tug_diag_free(d);
}

/* ---- build output ------------------------------------------------------------------------------------------- */

static const char unmet[] =
	"warning: MCUMGR (defined at subsys/mgmt/mcumgr/Kconfig:5) was assigned the value 'y' but got the value 'n'. Check "
	"these unsatisfied dependencies: NET_BUF (=n), ZCBOR (=n), (USB || SERIAL) (=n). See "
	"http://docs.zephyrproject.org/latest/kconfig.html#CONFIG_MCUMGR and/or look up MCUMGR in the menuconfig "
	"interface.\n"
	"\n"
	"C:/a/prj.conf:3: warning: attempt to assign the value 'y' to the undefined symbol MCUMGR_SMP_UART\n"
	"\n"
	"error: Aborting due to Kconfig warnings\n";

static void check_unmet(const struct tug_diag *d, unsigned width)
{
	const struct tug_dg_build *b = &d->facts->build;

	if (b->n_unmet != 1 || strcmp(b->unmet[0].symbol, "MCUMGR") != 0 ||
	    strcmp(b->unmet[0].deps, "NET_BUF ZCBOR USB SERIAL") != 0 || b->n_undef != 1 ||
	    strcmp(b->undef[0].symbol, "MCUMGR_SMP_UART") != 0 || !b->aborted) {
		fail_msg("width %u: %u unmet (%s: %s), %u undefined (%s)%s", width, b->n_unmet, b->unmet[0].symbol,
			 b->unmet[0].deps, b->n_undef, b->undef[0].symbol, b->aborted ? "" : ", not aborted");
	}
}

/* A terminal wraps at any column, within words; a forum joins everything. */
static void kconfig_messages_wrapped_anywhere(void **state)
{
	char text[2 * sizeof(unmet)];

	(void)state;
	for (unsigned width = 40; width <= 400; width++) {
		struct tug_diag *d = begin();
		size_t n = 0;
		unsigned column = 0;

		for (size_t i = 0; i + 1 < sizeof(unmet); i++) {
			if (column == width) {
				text[n++] = '\n';
				column = 0;
			}
			column = unmet[i] == '\n' ? 0 : column + 1;
			text[n++] = unmet[i];
		}
		text[n] = '\0';
		feed(d, "build.log", text);
		check_unmet(d, width);
		tug_diag_free(d);
	}
}

static void kconfig_messages_joined(void **state)
{
	struct tug_diag *d = begin();
	char text[sizeof(unmet)];

	(void)state;
	for (size_t i = 0; i < sizeof(unmet); i++) {
		text[i] = unmet[i] == '\n' ? ' ' : unmet[i];
	}
	feed(d, "build.log", text);
	check_unmet(d, 0);
	tug_diag_free(d);
}

static void a_message_without_its_head(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_build *b = &d->facts->build;

	(void)state;
	feed(d, "log.txt",
	     "was assigned the value 'y' but got the\nvalue 'n'. Check these unsatisfied dependencies: "
	     "BOOTLOADER\\_MCUBOOT (=n)\n");
	assert_int_equal(b->n_unmet, 1);
	assert_string_equal(b->unmet[0].symbol, "");
	assert_string_equal(b->unmet[0].deps, "BOOTLOADER_MCUBOOT");
	tug_diag_free(d);
}

static void a_linker_overflow(void **state)
{
	struct tug_diag *d = begin();

	(void)state;
	feed(d, "build.log",
	     "[2/20] Performing build step for 'mcuboot'\n"
	     "c:/ncs/toolchains/v2.2.0/opt/bin/ld.exe: zephyr\\zephyr_pre0.elf section `text' will not fit in region "
	     "`FLASH'\n"
	     "c:/ncs/toolchains/v2.2.0/opt/bin/ld.exe: region `FLASH' overflowed by 7956 bytes\n"
	     "collect2.exe: error: ld returned 1 exit status\n"
	     "ninja: build stopped: subcommand failed.\n");
	assert_int_equal(d->facts->build.overflow.line, 3);
	assert_true(d->facts->build.overflow_mcuboot);
	assert_true(d->facts->build.aborted);
	tug_diag_free(d);
	d = begin();
	feed(d, "build.log", "/opt/bin/ld.bfd: region FLASH overflowed by 16780 bytes\n");
	assert_int_equal(d->facts->build.overflow.line, 1);
	assert_false(d->facts->build.overflow_mcuboot);
	tug_diag_free(d);
}

static void what_a_build_log_tells(void **state)
{
	struct tug_diag *d = begin();
	const struct tug_dg_facts *f = d->facts;

	(void)state;
	feed(d, "build.log",
	     "-- west build: generating a build system\n"
	     "   *   Running CMake for mcuboot   *\n"
	     "*** Running CMake for mcuboot ***\n"
	     "-- Zephyr version: 3.2.99 (C:/ncs/v2.3.0/zephyr), build: v3.2.99-ncs2\n"
	     "-- Board: nrf52833dk_nrf52833\n"
	     "Merged configuration 'C:/dev/app/overlay-bt.conf'\n"
	     "-- Found partition manager static configuration: C:/dev/app/pm_static.yml\n"
	     "--- WARNING: Using default MCUBoot key, it should not ---\n"
	     "--- be used for production.                           ---\n"
	     "           FLASH:       32412 B        48 KB     65.94%\n"
	     "[195/195] Linking C executable zephyr/zephyr.elf\n"
	     "           FLASH:       164588 B     499200 B     32.94%\n");
	assert_int_equal(f->version.ncs.v, 20300);
	assert_int_equal(f->version.zephyr.v, 30300);
	assert_string_equal(f->smp.device.board, "nrf52833dk_nrf52833");
	assert_string_equal(f->smp.device.chip, "nrf52833");
	assert_true(tug_dg_conf_file(f->conf, "overlay-bt.conf", NULL));
	assert_true(tug_dg_conf_file(f->conf, "pm_static.yml", NULL));
	assert_int_equal(f->build.default_key.line, 8);
	assert_int_equal(f->build.sysbuild.line, 3);
	assert_int_equal(f->image_size, 164588);
	feed(d, "ls.txt", "-rw-r--r-- 1 me users 217820 Oct 10  2023 app_update.bin\n");
	assert_int_equal(f->image_size, 217820);
	tug_diag_free(d);
}

/* Text, NCS and Zephyr expected. */
static const struct {
	const char *text;
	uint32_t ncs, zephyr;
} versions[] = {
	{ "I am using NCS v2.6.1 on a custom board", 20601, 30599 },
	{ "nRF Connect SDK version: 2.7.0", 20700, 30699 },
	{ "Zephyr version: 3.5.0-rc3", 0, 30500 },
	{ "D:\\ncs\\v2.4.0\\bootloader>west build", 20400, 30399 },
	{ "Parsing /opt/nordic/ncs/v2.7.0/zephyr/Kconfig", 20700, 30699 },
	{ "c:/ncs/toolchains/v2.2.0/opt/bin/ld.exe: x", 0, 0 },
	{ "It worked before we went from NCS v2.2.0 to NCS v2.6.0", 0, 0 },
	{ "nRF5 SDK version 17.1.0", 0, 0 },
	{ "-- Zephyr version: 3.3.99 (/x/zephyr), build: v3.3.99-ncs1-1", 0, 30399 },
};

static void versions_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct tug_diag *d = begin();

		feed(d, "log.txt", versions[i].text);
		if (d->facts->version.ncs.v != versions[i].ncs || d->facts->version.zephyr.v != versions[i].zephyr) {
			fail_msg("%s: NCS %u, Zephyr %u", versions[i].text, d->facts->version.ncs.v,
				 d->facts->version.zephyr.v);
		}
		tug_diag_free(d);
	}
}

/* ---- names -------------------------------------------------------------------------------------------------- */

static void renamed_symbols(void **state)
{
	static const char *const pairs[][2] = {
		{ "MCUMGR_CMD_IMG_MGMT", "MCUMGR_GRP_IMG" },
		{ "MCUMGR_SMP_BT", "MCUMGR_TRANSPORT_BT" },
		{ "MCUMGR_SMP_BT_CONN_PARAM_CONTROL_TIMEOUT", "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT" },
		{ "MCUMGR_SMP_REASSEMBLY_BT", "MCUMGR_TRANSPORT_BT_REASSEMBLY" },
		{ "MCUMGR_SMP_UART_MTU", "MCUMGR_TRANSPORT_UART_MTU" },
		{ "MCUMGR_BUF_SIZE", "MCUMGR_TRANSPORT_NETBUF_SIZE" },
		{ "FS_MGMT_DL_CHUNK_SIZE", "MCUMGR_GRP_FS_DL_CHUNK_SIZE" },
		{ "OS_MGMT_TASKSTAT_MAX_NUM_THREADS", "MCUMGR_GRP_OS_TASKSTAT_MAX_NUM_THREADS" },
		{ "MCUMGR_CMD_SHELL_MGMT_LEGACY_RC_RETURN_CODE", "MCUMGR_GRP_SHELL_LEGACY_RC_RETURN_CODE" },
	};
	static const char *const same[] = { "MCUMGR", "MCUMGR_TRANSPORT_BT_PERM_RW",
					    "MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL", "MCUMGR_SMP_LEGACY_RC_BEHAVIOUR",
					    "BOOTLOADER_MCUBOOT" };
	char buf[96];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *name = tug_dg_rename_new(pairs[i][0], strlen(pairs[i][0]), buf, sizeof(buf));

		assert_non_null(name);
		assert_string_equal(name, pairs[i][1]);
		name = tug_dg_rename_old(pairs[i][1], strlen(pairs[i][1]), buf, sizeof(buf));
		assert_non_null(name);
		assert_string_equal(name, pairs[i][0]);
	}
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_null(tug_dg_rename_new(same[i], strlen(same[i]), buf, sizeof(buf)));
		assert_null(tug_dg_rename_old(same[i], strlen(same[i]), buf, sizeof(buf)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fragment),
		cmocka_unit_test(a_later_file_is_no_second_setting),
		cmocka_unit_test(files_of_one_build),
		cmocka_unit_test(roles_by_path_and_content),
		cmocka_unit_test(a_generated_file),
		cmocka_unit_test(a_generated_sysbuild_file),
		cmocka_unit_test(built_comes_before_written),
		cmocka_unit_test(files_in_a_paste),
		cmocka_unit_test(settings_on_a_command_line),
		cmocka_unit_test(a_partition_file),
		cmocka_unit_test(a_partition_file_flattened),
		cmocka_unit_test(two_partition_files_in_one_paste),
		cmocka_unit_test(a_partition_report),
		cmocka_unit_test(no_partitions_in_a_log),
		cmocka_unit_test(a_devicetree),
		cmocka_unit_test(a_devicetree_cut_off_in_a_paste),
		cmocka_unit_test(kconfig_messages_wrapped_anywhere),
		cmocka_unit_test(kconfig_messages_joined),
		cmocka_unit_test(a_message_without_its_head),
		cmocka_unit_test(a_linker_overflow),
		cmocka_unit_test(what_a_build_log_tells),
		cmocka_unit_test(versions_said),
		cmocka_unit_test(renamed_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
