/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: single settings of the application, continued: what its groups can and cannot do, and transports other than
 * Bluetooth.
 */
#include <string.h>

#include "rules_conf_priv.h"

#define APP TUG_ROLES_APP
#define NETBUF_SIZE "MCUMGR_TRANSPORT_NETBUF_SIZE"

/* ---- groups -------------------------------------------------------------------------------------------------- */

static bool no_storage(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "storage_partition", "settings_storage", "storage", "nvs_storage",
					     "littlefs_storage" };
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_primary", -1);

	if (!tug_dg_conf_is(f->conf, APP, "MCUMGR_GRP_ZBASIC_STORAGE_ERASE", "y") || p == NULL || p->fixed ||
	    tug_dg_part_of(&f->parts, "mcuboot_secondary", -1) == NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (tug_dg_part_of(&f->parts, names[i], -1) != NULL) {
			return false;
		}
	}
	tug_conf_quote(h, f, APP, "MCUMGR_GRP_ZBASIC_STORAGE_ERASE");
	tug_hit_quote(h, &p->at);
	return true;
}

static bool no_storage_erase(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_conf_built(f, APP) || !tug_conf_dfu(f) || !tug_conf_ble(f) ||
	    tug_conf_on(f, APP, "MCUMGR_GRP_ZBASIC_STORAGE_ERASE")) {
		return false;
	}
	if (!tug_conf_quote(h, f, APP, "MCUMGR_GRP_ZBASIC_STORAGE_ERASE") &&
	    !tug_conf_quote(h, f, APP, "MCUMGR_GRP_ZBASIC")) {
		tug_conf_quote_dfu(h, f);
	}
	return true;
}

static bool mode_not_told(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *at = NULL;
	enum tug_conf_mode m = tug_conf_mode(f, APP, &at);
	enum tug_conf_is info = tug_conf_state(f, APP, "MCUMGR_GRP_OS_BOOTLOADER_INFO");

	m = m != TUG_MODE_UNKNOWN ? m : tug_conf_mode(f, TUG_ROLES_SYSBUILD, &at);
	if (!tug_conf_dfu(f) || info == TUG_CONF_ON ||
	    !(m == TUG_MODE_OVERWRITE || m == TUG_MODE_XIP || m == TUG_MODE_RAM_LOAD) ||
	    (f->version.zephyr.v != 0 && f->version.zephyr.v < 30500)) {
		return false;
	}
	tug_hit_quote(h, &at->at);
	tug_conf_quote(h, f, APP, "MCUMGR_GRP_OS_BOOTLOADER_INFO");
	tug_hit_title(h, "MCUboot is built for the mode \"%s\", and the application does not tell clients so",
		      tug_conf_mode_name(m));
	if (info == TUG_CONF_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool stuck_pending(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return tug_conf_dfu(f) && tug_dg_conf_is(f->conf, APP, "MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING", "n") &&
	       tug_conf_quote(h, f, APP, "MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING");
}

static bool size_unchecked(const struct tug_dg_facts *f, struct tug_hit *h)
{
	enum tug_conf_mode m = tug_conf_any_mode(f);

	return tug_conf_dfu(f) && (m == TUG_MODE_MOVE || m == TUG_MODE_OFFSET) &&
	       tug_dg_conf_is(f->conf, APP, "MCUMGR_GRP_IMG_TOO_LARGE_DISABLED", "y") &&
	       tug_conf_quote(h, f, APP, "MCUMGR_GRP_IMG_TOO_LARGE_DISABLED");
}

static bool no_original_protocol(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return tug_conf_dfu(f) && tug_dg_conf_is(f->conf, APP, "MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL", "n") &&
	       tug_conf_quote(h, f, APP, "MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL");
}

static bool heap_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t heap = tug_dg_conf_num(f->conf, APP, "HEAP_MEM_POOL_SIZE", -1),
		block = tug_dg_conf_num(f->conf, APP, "IMG_BLOCK_BUF_SIZE", -1);

	if (!tug_conf_dfu(f) || !tug_conf_on(f, APP, "MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT") || heap < 0 ||
	    heap >= (block > 0 ? block : 512) + 200) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT");
	tug_conf_quote(h, f, APP, "HEAP_MEM_POOL_SIZE");
	tug_conf_quote(h, f, APP, "IMG_BLOCK_BUF_SIZE");
	if (block < 0) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

/* The client leaves an image on trial, and nothing shows who confirms it. */
static bool nobody_confirms(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_client *c = &f->smp.client;

	if ((strstr(c->mode, "TEST_ONLY") == NULL && strstr(c->mode, "Test only") == NULL &&
	     strstr(c->mode, "testOnly") == NULL) ||
	    (tug_dg_conf_roles(f->conf) & APP) == 0) {
		return false;
	}
	tug_hit_quote(h, &c->at);
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

static bool no_version(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "MCUBOOT_IMGTOOL_SIGN_VERSION", "MCUBOOT_IMAGE_VERSION" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, APP, names[i]);

		if (s != NULL && (strncmp(s->value, "0.0.0", 5) == 0 || s->value[0] == '\0')) {
			tug_hit_quote(h, &s->at);
			return true;
		}
	}
	return false;
}

/* ---- serial lines -------------------------------------------------------------------------------------------- */

static bool uart_mtu(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_conf_value(f, APP, "MCUMGR_TRANSPORT_UART_MTU"), buf = tug_conf_value(f, APP, NETBUF_SIZE);

	if (mtu <= 0 || buf <= 0 || mtu <= buf + 2 || tug_conf_off(f, APP, "MCUMGR_TRANSPORT_UART")) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_UART_MTU");
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_hit_title(
		h, "MCUMGR_TRANSPORT_UART_MTU (%lld) is more than the buffer holds (%lld): larger requests are dropped",
		(long long)mtu, (long long)buf);
	if (buf + 2 >= 512) { /* what the mcumgr tool sends by default fits */
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

static bool one_uart(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_parts *p = &f->parts;
	bool serial = tug_conf_on(f, APP, "MCUMGR_TRANSPORT_UART"),
	     shell = tug_conf_on(f, APP, "SHELL") || tug_conf_on(f, APP, "MCUMGR_TRANSPORT_SHELL");
	bool same_shell = p->chosen_mcumgr[0] != '\0' && strcmp(p->chosen_mcumgr, p->chosen_shell) == 0;
	bool same_console = p->chosen_mcumgr[0] != '\0' && strcmp(p->chosen_mcumgr, p->chosen_console) == 0;

	if (!serial) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_UART");
	if (tug_conf_on(f, APP, "MCUMGR_TRANSPORT_SHELL")) {
		tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_SHELL");
		tug_hit_title(h, "SMP over the shell and SMP over a UART are both on");
		if (!same_shell) {
			tug_hit_possible(h, p->chosen_mcumgr[0] != '\0' ? TUG_SEV_ADVICE : TUG_SEV_DEGRADED);
		}
		return true;
	}
	if (same_shell && shell && !tug_conf_off(f, APP, "SHELL_BACKEND_SERIAL")) {
		tug_hit_title(h, "Shell and SMP share the UART %s: each takes characters of the other",
			      p->chosen_mcumgr);
		tug_conf_quote(h, f, APP, "SHELL");
		return true;
	}
	if (same_console && !tug_conf_off(f, APP, "UART_CONSOLE") && tug_conf_on(f, APP, "LOG") &&
	    !tug_conf_off(f, APP, "LOG_BACKEND_UART")) {
		tug_hit_title(h, "Console and SMP share the UART %s: log lines stand between the frames",
			      p->chosen_mcumgr);
		tug_conf_quote(h, f, APP, "LOG");
		tug_hit_possible(h, TUG_SEV_ADVICE);
		return true;
	}
	return false;
}

static bool shell_buffer(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t dummy = tug_dg_conf_num(f->conf, APP, "SHELL_BACKEND_DUMMY_BUF_SIZE", -1),
		buf = tug_conf_value(f, APP, NETBUF_SIZE);

	if (dummy <= 0 || buf <= 0 || dummy > UINT16_MAX || buf >= dummy + 32 ||
	    !(tug_conf_on(f, APP, "MCUMGR_TRANSPORT_SHELL") || tug_conf_on(f, APP, "MCUMGR_GRP_SHELL"))) {
		return false;
	}
	tug_conf_quote(h, f, APP, "SHELL_BACKEND_DUMMY_BUF_SIZE");
	return tug_conf_quote(h, f, APP, NETBUF_SIZE);
}

/* ---- UDP ----------------------------------------------------------------------------------------------------- */

static bool udp_frame(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_conf_value(f, APP, "MCUMGR_TRANSPORT_UDP_MTU"), buf = tug_conf_value(f, APP, NETBUF_SIZE);

	mtu = mtu > 0 ? mtu : 1500;
	if (!tug_conf_on(f, APP, "MCUMGR_TRANSPORT_UDP") || buf <= mtu || tug_conf_on(f, APP, "NET_IPV4_FRAGMENT") ||
	    tug_conf_on(f, APP, "NET_IPV6_FRAGMENT")) {
		return false;
	}
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_UDP_MTU");
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_UDP");
	return true;
}

static bool udp_address(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t room = tug_conf_value(f, APP, "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE");
	bool v6 = tug_conf_on(f, APP, "MCUMGR_TRANSPORT_UDP_IPV6");

	if (!tug_conf_on(f, APP, "MCUMGR_TRANSPORT_UDP") || room < 0 || room >= (v6 ? 24 : 8)) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE");
	tug_conf_quote(h, f, APP, v6 ? "MCUMGR_TRANSPORT_UDP_IPV6" : "MCUMGR_TRANSPORT_UDP");
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "uart-mtu-vs-netbuf",
		.rank = 454,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = uart_mtu,
		.title = "The MTU of the serial transport is more than its buffer holds",
		.cause = "A frame is put together in a buffer of CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE; one that does "
			 "not fit is dropped without an answer. Lists work, uploads do not.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of at least CONFIG_MCUMGR_TRANSPORT_UART_MTU - 2; or a "
		       "smaller mtu= in the client.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to the MTU of the serial transport",
		.commands = "mcumgr --conntype serial --connstring dev=/dev/ttyACM0,baud=115200,mtu=256 image list",
		.source = "L34; src:z:Kconfig.uart; SC22; Z9509",
	},
	{
		.id = "uart-shared-with-console",
		.rank = 551,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = one_uart,
		.title = "SMP shares its UART with the shell or the console",
		.cause = "Two parties read, or write, one line: frames lose characters and clients report broken "
			 "base64 or time-outs.",
		.fix = "A UART of its own: chosen { zephyr,uart-mcumgr = &uart1; }; or SMP over the shell alone "
		       "(CONFIG_MCUMGR_TRANSPORT_SHELL=y); CONFIG_LOG_BACKEND_UART=n.",
		.next = "give SMP a UART of its own",
		.settle = "Which UART do zephyr,uart-mcumgr, zephyr,console and zephyr,shell-uart name in "
			  "build/<application>/zephyr/zephyr.dts?",
		.source = "L35; L36; Z16278; Z38947; Z100546",
	},
	{
		.id = "L37",
		.rank = 555,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = shell_buffer,
		.title = "MCUmgr's buffer is smaller than a shell answer with its frame",
		.cause = "The shell group puts the text of a command (CONFIG_SHELL_BACKEND_DUMMY_BUF_SIZE) and 32 "
			 "octets more into one answer.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of at least CONFIG_SHELL_BACKEND_DUMMY_BUF_SIZE + 32.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE",
		.source = "L37; src:z:subsys/mgmt/mcumgr/transport/Kconfig",
	},
	{
		.id = "udp-netbuf-exceeds-datagram",
		.rank = 558,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = udp_frame,
		.title = "MCUmgr's buffer is larger than a datagram, and IP fragmentation is off: full frames "
			 "cannot be sent",
		.cause = "Clients that go by the parameters of the device send or ask for frames that no datagram "
			 "carries.",
		.fix = "CONFIG_NET_IPV4_FRAGMENT=y or CONFIG_NET_IPV6_FRAGMENT=y; or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400; or frames of 1024 in the client.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400",
		.source = "L38; SC57; Z107815; Z107869",
	},
	{
		.id = "udp-user-data-size",
		.rank = 318,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = udp_address,
		.title = "The user data of MCUmgr's buffers is too small for an address: the device crashes with "
			 "the first request",
		.cause = "The UDP transport keeps the sender's address there: 24 octets for IPv6, 8 for IPv4.",
		.fix = "Take CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE out, or set it to 24.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24",
		.source = "L39; Z64375; Z50812",
	},
	{
		.id = "upload-no-heap",
		.rank = 320,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = heap_small,
		.title = "The heap is too small for the upload buffer that is to be taken from it",
		.cause = "With CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT the first chunk allocates "
			 "CONFIG_IMG_BLOCK_BUF_SIZE and some 200 octets more.",
		.fix = "CONFIG_HEAP_MEM_POOL_SIZE=4096 or more; or switch the option off (a static buffer).",
		.next = "raise CONFIG_HEAP_MEM_POOL_SIZE or switch the option off",
		.settle = "Look: grep -E 'IMG_BLOCK_BUF_SIZE|HEAP_MEM_POOL_SIZE' build/<application>/zephyr/.config",
		.commands = "CONFIG_HEAP_MEM_POOL_SIZE=4096",
		.source = "L40; src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "erase-storage-fails",
		.rank = 560,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = no_storage,
		.title = "The erase command for application settings is on, and this layout has no storage "
			 "partition",
		.cause = "The command erases the partition labelled for storage; without one it fails.",
		.fix = "Add a storage_partition (settings_storage with the Partition Manager), or switch "
		       "CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE off.",
		.next = "add a storage partition or switch the command off",
		.source = "L31; src:z:zephyr_basic/src/basic_mgmt.c",
	},
	{
		.id = "erase-storage-unsupported",
		.rank = 690,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = no_storage_erase,
		.title = "Clients that offer to erase application settings will get \"not supported\" (8): it is "
			 "not in this build",
		.cause = "CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE is off; clients go on after the answer.",
		.fix = "Nothing has to be done; to offer it: CONFIG_MCUMGR_GRP_ZBASIC=y, "
		       "CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE=y and a storage partition.",
		.source = "L32; OTAK; DZ104511",
	},
	{
		.id = "bootinfo-unsupported",
		.rank = 562,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = mode_not_told,
		.title = "MCUboot does not swap, and the application does not tell clients so",
		.cause = "Without the bootloader information clients assume a swap with test and confirm, and take "
			 "steps that this mode does not know.",
		.fix = "CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y.",
		.next = "set CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y",
		.settle = "Look: grep BOOTLOADER_INFO build/<application>/zephyr/.config",
		.commands = "CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y",
		.source = "L33; src:and:Validate.java; OTAK",
	},
	{
		.id = "upload-slot-busy-pending",
		.rank = 564,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = stuck_pending,
		.title = "An image that is pending cannot be replaced over SMP: if MCUboot does not take it, the "
			 "device is stuck",
		.cause = "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING is off, so neither erase nor upload touches a "
			 "slot that waits for a boot.",
		.fix = "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y (the default since March 2025).",
		.next = "set CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y",
		.commands = "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y",
		.source = "L57; Z87042; MM157; src:z:img_mgmt/Kconfig",
	},
	{
		.id = "smp-version-rejected",
		.rank = 566,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = no_original_protocol,
		.title = "Clients of the original SMP protocol are refused (code 12)",
		.cause = "CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=n: the mcumgr tool and older libraries send "
			 "version 0.",
		.fix = "CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y, or clients of version 2 only.",
		.next = "set CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y",
		.source = "L59; src:z:smp/src/smp.c",
	},
	{
		.id = "upload-too-large",
		.rank = 676,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = size_unchecked,
		.title = "An image that MCUboot cannot swap is accepted: the size check does not count the trailer",
		.cause = "CONFIG_MCUMGR_GRP_IMG_TOO_LARGE_DISABLED is the default: only the size of the slot is "
			 "checked. Such an image stays pending for ever.",
		.fix = "CONFIG_MCUMGR_GRP_IMG_TOO_LARGE_SYSBUILD=y (padded images are refused then).",
		.commands = "CONFIG_MCUMGR_GRP_IMG_TOO_LARGE_SYSBUILD=y",
		.source = "L58; src:z:img_mgmt/Kconfig",
	},
	{
		.id = "reverted-after-test",
		.rank = 678,
		.severity = TUG_SEV_DEGRADED,
		.when = nobody_confirms,
		.title = "The client leaves the image on trial: somebody has to confirm it, or the next restart "
			 "brings the old one back",
		.cause = "In a test-only mode the client does not confirm; then the application has to, with "
			 "boot_write_img_confirmed().",
		.fix = "Confirm in the application once it is sure to work, or use the mode \"Test and confirm\".",
		.settle = "Does the application call boot_write_img_confirmed()?",
		.commands = "grep -rn boot_write_img_confirmed src/",
		.source = "L61; FLU124; src:mb:bootutil_public.c",
	},
	{
		.id = "same-version-everywhere",
		.rank = 620,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = no_version,
		.title = "The image is signed as version 0.0.0: builds cannot be told apart, nor downgrades be seen",
		.cause = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION was never set and the project has no VERSION file.",
		.fix = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.3+4\", or a VERSION file next to CMakeLists.txt.",
		.commands = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.3+4\"",
		.source = "L53; NCS15998; DZ104511",
	},
};

const struct tug_rule_set tug_rules_lint_more = { rules, sizeof(rules) / sizeof(rules[0]) };
