/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: MCUboot's serial recovery, from its console, from what it answers and from MCUboot's configuration.
 */
#include <inttypes.h>
#include <string.h>

#include "boots_priv.h"
#include "refusal_priv.h"
#include "story_priv.h"

#define RECEIVE_DEFAULT 1024

static bool set_to(const struct tug_dg_facts *f, const char *name, const char *value)
{
	return tug_dg_conf_is(f->conf, TUG_ROLES_BOOT, name, value);
}

static void quote_sym(const struct tug_dg_facts *f, struct tug_hit *h, const char *name)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, name);

	if (s != NULL) {
		tug_hit_quote(h, &s->at);
	}
}

/* The boot that stays in recovery, or NULL. */
static const struct tug_dg_boot *in_recovery(const struct tug_dg_facts *f)
{
	const struct tug_dg_boot *b = f->boots.n > 0 ? &f->boots.boot[f->boots.n - 1] : NULL;

	return b != NULL && b->recovery ? b : NULL;
}

/* Quote what shows that recovery answers. */
static void quote_recovery(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *b = in_recovery(f);

	if (b != NULL) {
		tug_hit_quote(h, &b->at);
	} else {
		tug_hit_quote(h, &f->smp.list.at);
	}
}

static bool not_entered(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const ways[] = { "BOOT_SERIAL_WAIT_FOR_DFU", "BOOT_SERIAL_BOOT_MODE", "BOOT_SERIAL_NO_APPLICATION",
					    "BOOT_SERIAL_PIN_RESET", "BOOT_SERIAL_ENTRANCE_GPIO" };
	bool built = (tug_dg_conf_roles(f->conf) & TUG_ROLE_BOOT_BUILT) != 0;

	if (tug_hit_any(h)) {
		return true; /* the compiler says so */
	}
	if (!set_to(f, "MCUBOOT_SERIAL", "y") || in_recovery(f) != NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (set_to(f, ways[i], "y")) {
			return false;
		}
	}
	/* The button is the default: only a line that turns it off leaves no way in. */
	if (!built && !set_to(f, "BOOT_SERIAL_ENTRANCE_GPIO", "n")) {
		return false;
	}
	quote_sym(f, h, "MCUBOOT_SERIAL");
	quote_sym(f, h, "BOOT_SERIAL_ENTRANCE_GPIO");
	if (!built) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool console_conflict(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_parts *p = &f->parts;
	bool apart = p->chosen_mcumgr[0] != '\0' && p->chosen_console[0] != '\0' && strcmp(p->chosen_mcumgr, p->chosen_console) != 0;
	bool same = p->chosen_mcumgr[0] != '\0' && strcmp(p->chosen_mcumgr, p->chosen_console) == 0;

	if (tug_hit_any(h)) {
		return true;
	}
	if (!set_to(f, "MCUBOOT_SERIAL", "y") || !set_to(f, "UART_CONSOLE", "y") || apart || set_to(f, "BOOT_SERIAL_CDC_ACM", "y") ||
	    set_to(f, "BOOT_SERIAL_UART", "n")) {
		return false;
	}
	quote_sym(f, h, "MCUBOOT_SERIAL");
	quote_sym(f, h, "BOOT_SERIAL_UART");
	quote_sym(f, h, "UART_CONSOLE");
	if (!same || !set_to(f, "BOOT_SERIAL_UART", "y")) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool chunk_too_big(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	int64_t room = tug_dg_conf_num(f->conf, TUG_ROLES_BOOT, "BOOT_SERIAL_MAX_RECEIVE_SIZE", 0);

	if (tug_hit_stands(f, h, 0, false)) {
		return true;
	}
	if (u->chunks == 0 || !u->first_unanswered || u->acked > 0 || !tug_dg_recovery(f) || tug_dg_well_after(f, NULL)) {
		return false;
	}
	quote_recovery(f, h);
	tug_hit_quote(h, &u->first);
	if (room > 0 && u->max_frame > room) {
		quote_sym(f, h, "BOOT_SERIAL_MAX_RECEIVE_SIZE");
		tug_hit_title(h, "The upload's frames (%" PRIu32 " octets) are larger than what serial recovery takes (%" PRId64 ")",
			      u->max_frame, room);
		return true;
	}
	if (u->first_chunk > 0 && u->max_frame > 0 && u->max_frame <= (room > 0 ? room : RECEIVE_DEFAULT / 2)) {
		return false;
	}
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool empty_list(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = &f->smp.list;
	bool any = false;

	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].active) {
			return false;
		}
		any = any || l->s[i].hash_len == 0;
	}
	if (any) {
		tug_hit_quote(h, &l->at);
	}
	return any || tug_hit_any(h);
}

static bool slot0_direct(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;

	if (u->chunks == 0 || u->image != 0 || !tug_dg_recovery(f) || set_to(f, "MCUBOOT_SERIAL_DIRECT_IMAGE_UPLOAD", "y")) {
		return false;
	}
	quote_recovery(f, h);
	tug_hit_quote(h, &u->first);
	if (u->completed || u->acked == 0) {
		h->severity = TUG_SEV_ADVICE;
	}
	return true;
}

/* The network core's file, sent without a number of its own. */
static bool net_over_app(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "net_core", "netcore", "cpunet", "ipc_radio", "hci_ipc", "hci_rpmsg" };
	const struct tug_dg_upload *u = &f->smp.upload;
	bool net = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		net = net || strstr(u->first.text, names[i]) != NULL;
	}
	if (!net || strstr(u->first.text, " -n") != NULL || strstr(u->first.text, "--image") != NULL || !slot0_direct(f, h)) {
		return false;
	}
	h->severity = TUG_SEV_BLOCKING;
	return true;
}

static bool stays(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;

	if (u->chunks == 0 || u->acked == 0 || u->completed || !tug_dg_recovery(f) ||
	    tug_dg_later(&f->smp.reset.last, &u->last) || (u->timeouts == 0 && !f->smp.client.said_failure)) {
		return false;
	}
	quote_recovery(f, h);
	tug_hit_quote(h, &u->last);
	return true;
}

/* It was entered at the start, nobody talks to it, and an application may well be there. */
static bool entered(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *b = in_recovery(f);

	if (b == NULL || b->jumped || b->complained || f->smp.frames > 0 || f->smp.upload.chunks > 0) {
		return false;
	}
	tug_hit_quote(h, &b->at);
	tug_hit_seen(h, 0);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool slow(const struct tug_dg_facts *f, struct tug_hit *h)
{
	uint32_t rate = tug_dg_rate(f);

	if (rate == 0 || rate >= 1536 || !tug_dg_recovery(f) ||
	    tug_dg_conf_num(f->conf, TUG_ROLES_BOOT, "BOOT_SERIAL_MAX_RECEIVE_SIZE", RECEIVE_DEFAULT) > RECEIVE_DEFAULT) {
		return false;
	}
	quote_recovery(f, h);
	tug_hit_quote(h, &f->smp.upload.first);
	tug_hit_title(h, "The upload to serial recovery runs at %" PRIu32 " octets per second", rate);
	return true;
}

/* Long frames get lost, short ones do not, and a J-Link's serial port is named. */
static bool dk_vcom(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	bool lost = (u->first_unanswered && u->acked == 0 && u->small_ok_before) || u->timeouts > 2 || f->smp.device.echo_lost > 0;

	if (!lost || tug_dg_over_ble(f) || tug_dg_well_after(f, NULL) || !tug_hit_any(h)) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "recovery-chunk-too-big",
		.rank = 42,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Not enough memory to store incoming data" },
		.when = chunk_too_big,
		.title = "Serial recovery cannot take frames of this size: the list works, the upload gets no answer",
		.cause = "A request must fit CONFIG_BOOT_SERIAL_MAX_RECEIVE_SIZE (1024 by default), and its lines CONFIG_BOOT_LINE_BUFS (8) lines of "
			 "CONFIG_BOOT_MAX_LINE_INPUT_LEN (128). What does not fit is dropped without an answer.",
		.fix = "Let the client send smaller frames (mcumgr: mtu=256 in the connection string), or give recovery more room in {mcuboot.conf}: "
		       "CONFIG_BOOT_LINE_BUFS=16 and CONFIG_BOOT_SERIAL_MAX_RECEIVE_SIZE=2048.",
		.next = "upload again with smaller frames (mcumgr: mtu=256 in the connection string)",
		.settle = "Upload once with mtu=256: when it gets past the first chunk, this was it",
		.commands = "mcumgr --conntype serial --connstring \"dev=/dev/ttyACM0,baud=115200,mtu=256\" image upload zephyr.signed.bin\n"
			    "CONFIG_BOOT_LINE_BUFS=16\nCONFIG_BOOT_SERIAL_MAX_RECEIVE_SIZE=2048",
		.source = "MB1614, MB2640, SC22, https://github.com/mcu-tools/mcuboot/pull/260",
	},
	{
		.id = "recovery-console-conflict",
		.rank = 320,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "UART console must been disabled if serial_adapter module is used" },
		.when = console_conflict,
		.title = "MCUboot's console and serial recovery use one UART",
		.cause = "CONFIG_MCUBOOT_SERIAL=y with CONFIG_UART_CONSOLE=y: log lines run between the frames, or the build stops.",
		.fix = "Set CONFIG_UART_CONSOLE=n in {mcuboot.conf}, or give recovery a UART of its own (chosen zephyr,uart-mcumgr in "
		       "{mcuboot.overlay}) and read the log over RTT.",
		.next = "set CONFIG_UART_CONSOLE=n in {mcuboot.conf}",
		.settle = "Look whether MCUboot's zephyr.dts chooses another UART for zephyr,uart-mcumgr than for zephyr,console",
		.commands = "CONFIG_UART_CONSOLE=n",
		.source = "ACAD, src:mb:Kconfig.serial_recovery",
	},
	{
		.id = "recovery-not-entered",
		.rank = 322,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "Serial recovery selected without an entrance mode set",
			  "button must be declared in device tree as 'mcuboot_button0'" },
		.when = not_entered,
		.title = "Serial recovery is built in, and nothing makes MCUboot enter it",
		.cause = "MCUboot waits for SMP only for a reason: a button (CONFIG_BOOT_SERIAL_ENTRANCE_GPIO with the alias mcuboot-button0), a time "
			 "after each reset, a boot mode that the application leaves, a pin reset, or no application.",
		.fix = "Choose one in {mcuboot.conf}: CONFIG_BOOT_SERIAL_ENTRANCE_GPIO=y with the alias mcuboot-button0 in {mcuboot.overlay}, "
		       "CONFIG_BOOT_SERIAL_WAIT_FOR_DFU=y, CONFIG_BOOT_SERIAL_BOOT_MODE=y, CONFIG_BOOT_SERIAL_PIN_RESET=y or "
		       "CONFIG_BOOT_SERIAL_NO_APPLICATION=y.",
		.next = "choose a way into serial recovery in {mcuboot.conf}, CONFIG_BOOT_SERIAL_WAIT_FOR_DFU=y for one",
		.settle = "Look up CONFIG_BOOT_SERIAL_* in MCUboot's generated .config",
		.commands = "CONFIG_BOOT_SERIAL_WAIT_FOR_DFU=y\nCONFIG_BOOT_SERIAL_NO_APPLICATION=y",
		.source = "SREC, src:mb:Kconfig.serial_recovery",
	},
	{
		.id = "recovery-stays",
		.rank = 250,
		.severity = TUG_SEV_DEGRADED,
		.when = stays,
		.title = "After the upload that broke off the device stays in serial recovery",
		.cause = "Once a request came, recovery has no way out by itself: it waits for the rest and feeds the watchdog meanwhile. Slot 0 holds "
			 "half an image by now.",
		.fix = "Upload again from the start, then send a reset (or switch the power off and on).",
		.commands = "mcumgr -c CONN image upload zephyr.signed.bin\nmcumgr -c CONN reset",
		.source = "https://github.com/mcu-tools/mcuboot/pull/2830",
	},
	{
		.id = "recovery-stays",
		.rank = 251,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Enter the serial recovery mode" },
		.when = entered,
		.title = "MCUboot waits in serial recovery instead of starting the application",
		.cause = "A reason to enter it was there at the start: the button of the alias mcuboot-button0 is pressed, floats or is "
			 "described with the wrong polarity or pull, a boot mode was left behind, or a pin reset counts as one.",
		.fix = "Check level, pull and GPIO_ACTIVE_LOW of mcuboot-button0 in {mcuboot.overlay}; without a button set "
		       "CONFIG_BOOT_SERIAL_ENTRANCE_GPIO=n and choose another way in.",
		.settle = "Measure the pin of mcuboot-button0 at a reset, or build MCUboot once with CONFIG_BOOT_SERIAL_ENTRANCE_GPIO=n: when the "
			  "application starts then, it was the button",
		.commands = "CONFIG_BOOT_SERIAL_ENTRANCE_GPIO=n",
		.source = "SREC, src:mb:main.c",
	},
	{
		.id = "recovery-slot0-direct",
		.rank = 252,
		.severity = TUG_SEV_DEGRADED,
		.when = slot0_direct,
		.title = "An upload to serial recovery goes straight into the primary slot",
		.cause = "There is no test run and no way back: the old image is erased first, and an upload that breaks off leaves nothing to start.",
		.fix = "Keep supply and cable steady until it is done. For the field update through the application, which fills slot 1 and can "
		       "revert.",
		.source = "SREC",
	},
	{
		.id = "upload-wrong-image-number",
		.rank = 216,
		.severity = TUG_SEV_BLOCKING,
		.when = net_over_app,
		.title = "The network core's image was uploaded to serial recovery without an image number: it replaces the "
			 "application",
		.cause = "Without a number serial recovery writes image 0, and that is the application's primary slot; the "
			 "application is gone then.",
		.fix = "Upload the application again; then the network core's file with the number of its slot (with two "
		       "image pairs and direct upload: -n 3).",
		.next = "upload the application again, then the network core's file with its image number",
		.commands = "mcumgr image upload build/<application>/zephyr/zephyr.signed.bin\nmcumgr image upload -n 3 "
			    "NET_CORE_FILE",
		.source = "DZ123392, SREC",
	},
	{
		.id = "recovery-slow",
		.rank = 254,
		.severity = TUG_SEV_DEGRADED,
		.when = slow,
		.title = "The upload to serial recovery is slow",
		.cause = "Each request waits for its answer, and with 1024 octets or less a request most of the time goes into waiting.",
		.fix = "Raise CONFIG_BOOT_SERIAL_MAX_RECEIVE_SIZE to 4096 with CONFIG_BOOT_LINE_BUFS=32 in {mcuboot.conf}, and the client's mtu with "
		       "it: several times faster.",
		.commands = "CONFIG_BOOT_SERIAL_MAX_RECEIVE_SIZE=4096\nCONFIG_BOOT_LINE_BUFS=32",
		.source = "MB1547, MB2640, MB1614",
	},
	{
		.id = "recovery-dk-vcom",
		.rank = 256,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "J-Link", "JLink", "SEGGER", "PCA10" },
		.when = dk_vcom,
		.title = "The serial port of the kit's J-Link may lose octets of long frames",
		.cause = "Short requests get answers and long ones do not, over the port of an on-board J-Link: its mass storage and its guessing of "
			 "hardware flow control drop octets.",
		.fix = "In J-Link Commander turn both off (MSDDisable, SetHWFC Force), power the kit off and on, and take the right one of its serial "
		       "ports.",
		.settle = "Repeat the upload with MSDDisable and SetHWFC Force set, or over another serial adapter",
		.commands = "MSDDisable\nSetHWFC Force",
		.source = "HELL",
	},
	{
		.id = "recovery-empty-list",
		.rank = 680,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "hash: Unavailable" },
		.when = empty_list,
		.title = "Serial recovery lists images without hash and flags: that is all it knows in this build",
		.cause = "State and hash in recovery's list are options of MCUboot; versions before had none of them.",
		.fix = "Nothing is needed for an upload. To see them set CONFIG_BOOT_SERIAL_IMG_GRP_HASH=y and "
		       "CONFIG_BOOT_SERIAL_IMG_GRP_IMAGE_STATE=y in {mcuboot.conf}.",
		.commands = "CONFIG_BOOT_SERIAL_IMG_GRP_HASH=y\nCONFIG_BOOT_SERIAL_IMG_GRP_IMAGE_STATE=y",
		.source = "SREC, HELL, KI:NCSIDB-1431",
	},
};

const struct tug_rule_set tug_rules_recovery = { rules, sizeof(rules) / sizeof(rules[0]) };
