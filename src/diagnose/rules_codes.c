/* SPDX-License-Identifier: Apache-2.0
 *
 * Return codes that no other rule explains: what each means for each command, likely causes first, as data.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tug/smp_text.h>

#include "codes_priv.h"

#define RW 0xff /* both operations */

/* Generic codes by command, {"rc":n}. Source: docs/diagnosis.md, section 3.2. */
static const struct tug_dg_code_cause generic[] = {
	{ TUG_GRP_OS, 0, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_OS, 0, RW, 3, "the request is malformed" },
	{ TUG_GRP_OS, 0, RW, 7, "the echo is longer than the device's buffer" },
	{ TUG_GRP_OS, 0, RW, 8, "echo is not in this build, or serial recovery answers" },
	{ TUG_GRP_OS, 5, RW, 1, "a callback of the application refuses the reset" },
	{ TUG_GRP_OS, 5, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_OS, 5, RW, 6, "a callback of the application refuses the reset" },
	{ TUG_GRP_OS, 5, RW, 8, "the OS group or CONFIG_REBOOT is not in this build" },
	{ TUG_GRP_OS, 5, RW, 10, "a callback of the application says that it is busy" },
	{ TUG_GRP_OS, 5, RW, 11, "a callback of the application denies the reset" },
	{ TUG_GRP_OS, 6, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_OS, 6, RW, 8, "CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS is off, as it is by default: harmless" },
	{ TUG_GRP_OS, 8, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_OS, 8, RW, 3, "the bootloader query is not known to this build" },
	{ TUG_GRP_OS, 8, RW, 5, "the bootloader query has no answer here" },
	{ TUG_GRP_OS, 8, RW, 8, "CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO is off: harmless" },
	{ TUG_GRP_IMG, 0, TUG_SMP_READ, 1, "the flash of a slot cannot be read" },
	{ TUG_GRP_IMG, 0, TUG_SMP_READ, 2,
	  "the list is longer than CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (old servers)" },
	{ TUG_GRP_IMG, 0, TUG_SMP_READ, 5, "no image was found in any slot (very old servers)" },
	{ TUG_GRP_IMG, 0, TUG_SMP_READ, 7,
	  "the list is longer than CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE, as with two images" },
	{ TUG_GRP_IMG, 0, TUG_SMP_READ, 8,
	  "the image group is not in this build; a firmware-loader application or a single-slot MCUboot is without "
	  "it, too" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 1,
	  "the hash is in no slot, the running image was asked to be tested, another core's image may not be "
	  "confirmed, or the slot's trailer is bad (Zephyr 3.4 and later); up to 3.3 the trailer could not be "
	  "written" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 2,
	  "the answer is longer than CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (old servers)" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 3,
	  "the hash is in no slot (up to Zephyr 3.3), its length is not that of the device's hashes, or a test came "
	  "without one" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 6,
	  "an image already waits for the next boot, or the running one is on trial" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 7,
	  "the answer is longer than CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE, as with two images" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 8,
	  "a DirectXIP build, or serial recovery without CONFIG_BOOT_SERIAL_IMG_GRP_IMAGE_STATE" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 5, "serial recovery found no image with this hash" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 10, "a callback of the application says that it is busy" },
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, 11,
	  "a callback of the application denies the command (MGMT_EVT_OP_CMD_RECV)" },
	{ TUG_GRP_IMG, 1, RW, 1,
	  "at the first chunk: the file is not a signed image (Zephyr 3.4 and later), it is larger than the slot, "
	  "or the flash of the slot cannot be opened; later: the flash cannot be written" },
	{ TUG_GRP_IMG, 1, RW, 2,
	  "the slot is in use by a waiting image or a trial (Zephyr 2.7 and older), the heap is too small for the "
	  "flash writer, or no buffer was free" },
	{ TUG_GRP_IMG, 1, RW, 3,
	  "the file is not a signed image (up to Zephyr 3.3), the first chunk holds less than 32 octets, \"off\" or "
	  "\"len\" is missing, or the image was linked for another address; in serial recovery: larger than the "
	  "slot, or no slot for this image number" },
	{ TUG_GRP_IMG, 1, RW, 5,
	  "the slot is in use by a waiting image or a trial (about Zephyr 3.0 to 3.3), or there is no image of this "
	  "number" },
	{ TUG_GRP_IMG, 1, RW, 6,
	  "the slot is in use by a waiting image or a trial, only upgrades were asked for and the version is not "
	  "newer, or a callback of the application refuses" },
	{ TUG_GRP_IMG, 1, RW, 8, "the image group is not in this build" },
	{ TUG_GRP_IMG, 1, RW, 10, "a callback of the application is busy, or another transport uploads" },
	{ TUG_GRP_IMG, 1, RW, 11, "a callback of the application denies the upload (version, battery, permission)" },
	{ TUG_GRP_IMG, 5, RW, 1, "the flash cannot be erased; Zephyr 3.3 also says this for a slot that is empty" },
	{ TUG_GRP_IMG, 5, RW, 2, "the answer could not be encoded (old servers)" },
	{ TUG_GRP_IMG, 5, RW, 3, "the slot number is not valid" },
	{ TUG_GRP_IMG, 5, RW, 6,
	  "the slot is in use: an image waits for the next boot, or the running one is on trial" },
	{ TUG_GRP_IMG, 5, RW, 8, "the image group is not in this build, or serial recovery answers" },
	{ TUG_GRP_IMG, 5, RW, 11, "a callback of the application denies the command" },
	{ TUG_GRP_IMG, 6, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_IMG, 6, RW, 7, "the answer is longer than the device's buffer" },
	{ TUG_GRP_IMG, 6, RW, 8, "CONFIG_MCUMGR_GRP_IMG_SLOT_INFO is off: harmless" },
	{ TUG_GRP_ZBASIC, 0, RW, 1, "the storage area could not be erased" },
	{ TUG_GRP_ZBASIC, 0, RW, 5,
	  "the storage area cannot be opened: no such partition, or its flash driver is off" },
	{ TUG_GRP_ZBASIC, 0, RW, 8, "CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE is off: harmless" },
	{ TUG_GRP_ZBASIC, 0, RW, 11, "a callback of the application denies the command" },
	{ TUG_GRP_FS, 0, RW, 1, "the file cannot be opened, read or written" },
	{ TUG_GRP_FS, 0, RW, 2, "no buffer was free for the answer" },
	{ TUG_GRP_FS, 0, RW, 3, "the path or the offset is not valid; paths begin with a mount point" },
	{ TUG_GRP_FS, 0, RW, 5, "there is no such file, or its file system is not mounted" },
	{ TUG_GRP_FS, 0, RW, 7,
	  "a chunk is longer than the buffer (over UDP: CONFIG_MCUMGR_GRP_FS_DL_CHUNK_SIZE_LIMIT)" },
	{ TUG_GRP_FS, 0, RW, 8, "the file group is not in this build" },
	{ TUG_GRP_FS, 0, RW, 10, "the file is in use" },
	{ TUG_GRP_FS, 0, RW, 11, "the application's file access hook denies it" },
};

/* Codes that mean the same for every command. */
static const struct tug_dg_code_cause any_command[] = {
	{ 0, 0, RW, 4,
	  "the client or the device gave up waiting: the device does not answer, or its flash is busy for long" },
	{ 0, 0, RW, 9,
	  "the request arrived shorter than its header says: it was sent in pieces to a device without reassembly, "
	  "two clients write at the same time, or octets got lost on the UART" },
	{ 0, 0, RW, 12, "the device does not take SMP version 1" },
	{ 0, 0, RW, 13, "the device does not know this version of SMP" },
	{ 0, 0, RW, 14, "the device behind a bridge is not reachable" },
};

/* Codes of the image group, {"err":{"group":1,"rc":n}}. Source: docs/diagnosis.md, section 3.3. */
static const struct tug_dg_code_cause image[] = {
	{ TUG_GRP_IMG, 0, RW, 1, "an error without a closer name: the device's log has more" },
	{ TUG_GRP_IMG, 0, RW, 2, "a partition is missing from the layout, or its flash driver is off" },
	{ TUG_GRP_IMG, 0, RW, 3, "the slot is empty" },
	{ TUG_GRP_IMG, 0, RW, 4, "the image in the slot was cut off or never signed" },
	{ TUG_GRP_IMG, 0, RW, 5, "the image in the slot is damaged, as after an upload that did not end" },
	{ TUG_GRP_IMG, 0, RW, 6, "the image was signed twice" },
	{ TUG_GRP_IMG, 0, RW, 7, "image and device use different kinds of hash (SHA-512 and SHA-256)" },
	{ TUG_GRP_IMG, 0, RW, 8, "the hash is in no slot, or image and device use different kinds of hash" },
	{ TUG_GRP_IMG, 0, RW, 9,
	  "the slot is in use: an image waits for the next boot, or the running one is on trial" },
	{ TUG_GRP_IMG, 0, RW, 10, "the flash of the slot is not in the application: driver, node or chosen entry" },
	{ TUG_GRP_IMG, 0, RW, 11, "the flash cannot be read: driver, wiring, power" },
	{ TUG_GRP_IMG, 0, RW, 12, "the flash cannot be written: end of the slot, write protection, driver" },
	{ TUG_GRP_IMG, 0, RW, 13, "the flash cannot be erased: driver, alignment" },
	{ TUG_GRP_IMG, 0, RW, 14, "there is no such slot or image number in this build" },
	{ TUG_GRP_IMG, 0, RW, 15, "the heap is too small for the flash writer" },
	{ TUG_GRP_IMG, 0, RW, 16, "two uploads at the same time" },
	{ TUG_GRP_IMG, 0, RW, 17, "the first chunk of the upload got lost" },
	{ TUG_GRP_IMG, 0, RW, 18, "the flash device of the slot is not ready" },
	{ TUG_GRP_IMG, 0, RW, 19, "the image is larger than the flash" },
	{ TUG_GRP_IMG, 0, RW, 20, "the client left \"off\" out" },
	{ TUG_GRP_IMG, 0, RW, 21, "the client left \"len\" out" },
	{ TUG_GRP_IMG, 0, RW, 22, "the first chunk holds less than an image header (32 octets): the MTU is too small" },
	{ TUG_GRP_IMG, 0, RW, 23, "the file is not a signed image; on a test: the slot's trailer is bad" },
	{ TUG_GRP_IMG, 0, RW, 24, "the hash in the request has a wrong length" },
	{ TUG_GRP_IMG, 0, RW, 25, "the image was linked for another slot (DirectXIP)" },
	{ TUG_GRP_IMG, 0, RW, 26, "the header of the running image cannot be read: the primary slot is damaged" },
	{ TUG_GRP_IMG, 0, RW, 27, "only upgrades were asked for, and the running image is as new or newer" },
	{ TUG_GRP_IMG, 0, RW, 28, "an image already waits for the next boot: reset first" },
	{ TUG_GRP_IMG, 0, RW, 29, "the trailer of the running slot is bad" },
	{ TUG_GRP_IMG, 0, RW, 30, "the image is larger than its slot" },
	{ TUG_GRP_IMG, 0, RW, 31, "the client sent more than it announced" },
	{ TUG_GRP_IMG, 0, RW, 32, "images of other cores may not be confirmed in this build" },
	{ TUG_GRP_IMG, 0, RW, 33, "the running image was asked to be tested: confirm it instead" },
	{ TUG_GRP_IMG, 0, RW, 34, "the image number is wrong, or the bootloader's mode does not fit the build" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- looking up --------------------------------------------------------------------------------------------- */

const char *tug_dg_code_why(const struct tug_dg_refusal *r)
{
	if (!r->legacy && r->err_group == TUG_GRP_IMG) {
		for (size_t i = 0; i < COUNT(image); i++) {
			if (image[i].rc == r->rc) {
				return image[i].text;
			}
		}
	}
	for (size_t i = 0; r->legacy && i < COUNT(generic); i++) {
		const struct tug_dg_code_cause *c = &generic[i];

		if (c->rc == r->rc && c->group == r->group && c->id == r->id && (c->op == RW || c->op == r->op)) {
			return c->text;
		}
	}
	for (size_t i = 0; r->legacy && i < COUNT(any_command); i++) {
		if (any_command[i].rc == r->rc) {
			return any_command[i].text;
		}
	}
	return NULL;
}

/* A text that grows up to its room. */
struct text {
	char p[3072];
	size_t n;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->n, sizeof(t->p) - t->n, fmt, ap);
	va_end(ap);
	if (n > 0) {
		t->n += (size_t)n < sizeof(t->p) - t->n ? (size_t)n : sizeof(t->p) - t->n - 1;
	}
}

/* Every command that answers with this generic code, and why. */
static void all_commands(struct text *t, int32_t rc)
{
	for (size_t i = 0; i < COUNT(generic); i++) {
		const struct tug_dg_code_cause *c = &generic[i];
		const struct tug_smp_cmd_text *name;

		if (c->rc != rc) {
			continue;
		}
		name = tug_smp_cmd_text(c->group, c->id, c->op == RW ? TUG_SMP_WRITE : c->op);
		name = name != NULL ? name : tug_smp_cmd_text(c->group, c->id, TUG_SMP_READ);
		add(t, "%s%s: %s", t->n > 0 ? "; " : "", name != NULL ? name->name : "a command", c->text);
	}
	for (size_t i = 0; i < COUNT(any_command); i++) {
		if (any_command[i].rc == rc) {
			add(t, "%s%s", t->n > 0 ? "; " : "", any_command[i].text);
		}
	}
}

static void name_code(struct text *t, const struct tug_dg_refusal *r)
{
	const struct tug_smp_rc_text *c =
		r->rc >= 0 && r->rc <= UINT16_MAX ?
			tug_smp_rc_text(r->legacy ? TUG_RC_GENERIC : r->err_group, (uint16_t)r->rc) :
			NULL;

	if (!r->legacy) {
		add(t, "group %u ", r->err_group);
	}
	add(t, "code %d", (int)r->rc);
	if (c != NULL) {
		add(t, " (%s: %s)", c->name, c->text);
	} else if (r->legacy && r->rc >= 256) {
		add(t, " (a code of the application's own)");
	}
	if (r->rsn[0] != '\0') {
		add(t, ", \"%s\"", r->rsn);
	}
}

static void name_command(struct text *t, const struct tug_dg_refusal *r)
{
	const struct tug_smp_cmd_text *c = tug_smp_cmd_text(r->group, r->id, r->op);

	if (c != NULL) {
		add(t, "\"%s\"", c->name);
	} else {
		add(t, "group %u, command %u", r->group, r->id);
	}
}

/* ---- the rule ----------------------------------------------------------------------------------------------- */

static bool is_optional(const struct tug_dg_refusal *r)
{
	const struct tug_smp_cmd *c = tug_smp_cmd_find(r->group, r->id, r->op);

	return r->group != 0xffff && (c != NULL ? (c->flags & TUG_CMD_OPTIONAL) != 0 : r->group > TUG_GRP_IMG);
}

static void explain(struct text *t, const struct tug_dg_refusal *r)
{
	const char *why = tug_dg_code_why(r);
	struct text all = { .n = 0 };

	if (r->group == 0xffff && r->legacy) {
		all_commands(&all, r->rc);
	} else if (why != NULL) {
		add(&all, "%s", why);
	}
	if (all.n == 0) {
		add(&all, "%s", r->legacy && r->rc >= 256 ? "only the project's own code knows this number" :
							    "no usual cause is known; the device's own log has more");
	}
	add(t, "%s%s", t->n > 0 ? " Likely, best first: " : "Likely, best first: ", all.p);
	add(t, ".");
}

static bool unexplained(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r;
	struct text title = { .n = 0 }, cause = { .n = 0 };
	bool optional = true;
	uint32_t i = 0, n = 0;

	while ((r = tug_dg_refusal_by(f, h->rule->id, &i)) != NULL) {
		bool known = r->group != 0xffff;

		optional = optional && is_optional(r);
		tug_hit_refusal(h, r);
		if (n++ == 0) {
			add(&title, "The device refused %s", known ? "" : "a command that the log does not show");
			if (known) {
				name_command(&title, r);
			}
			add(&title, " with ");
			name_code(&title, r);
		} else if (n <= 4) {
			add(&cause, "%sAlso refused: ", cause.n > 0 ? " " : "");
			if (known) {
				name_command(&cause, r);
			} else {
				add(&cause, "a command that is not shown");
			}
			add(&cause, " with ");
			name_code(&cause, r);
			add(&cause, ".");
		}
		if (n <= 4) {
			explain(&cause, r);
		}
	}
	if (n == 0) {
		return false;
	}
	tug_hit_title(h, "%s", title.p);
	tug_hit_cause(h, "%s", cause.p);
	tug_hit_possible(h, optional ? TUG_SEV_HARMLESS : TUG_SEV_DEGRADED);
	return true;
}

/* The device's own log of a refused first chunk; up to Zephyr 3.3 a generic code, then one of the image group. */
static bool inspect_failed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_seen *s = h->seen[0];
	struct tug_dg_refusal r = { .group = TUG_GRP_IMG, .id = 1, .op = TUG_SMP_WRITE, .err_group = TUG_GRP_IMG };
	struct text cause = { .n = 0 };
	uint32_t i = 0;

	/* 5 and 9: the slot is in use, another rule. An answer that was seen is told by itself. */
	if (s->count == 0 || s->num[0] == 5 || s->num[0] == 9 || s->num[0] < 1 || s->num[0] > 255 ||
	    tug_dg_refusal_by(f, h->rule->id, &i) != NULL || f->smp.n_refusals > 0 || tug_dg_well_after(f, &s->last)) {
		return false;
	}
	tug_hit_seen(h, 0);
	r.rc = (int32_t)s->num[0];
	explain(&cause, &r);
	if (f->version.zephyr.v < 30400 && r.rc <= TUG_RC_TOO_NEW) {
		r.legacy = true;
		add(&cause, " With Zephyr 3.3 and older:");
		explain(&cause, &r);
	}
	tug_hit_title(h, "The device refused the first chunk of an upload (its log says %d)", (int)r.rc);
	tug_hit_cause(h, "%s", cause.p);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "unexplained-code",
		.rank = 560,
		.severity = TUG_SEV_DEGRADED,
		.when = unexplained,
		.title = "The device refused a command",
		.cause = "The code alone does not tell why.",
		.fix = "Check the likely causes in their order.",
		.settle = "Give the log with every frame (client's level DEBUG), the image list before the refusal, "
			  "and what the device prints on its console at that moment.",
		.commands = "mcumgr image list",
		.source = "src:z:smp/src/smp.c; src:z:img_mgmt.c",
	},
	{
		.id = "unexplained-code",
		.rank = 561,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Image upload inspect failed: %d" },
		.when = inspect_failed,
		.title = "The device refused the first chunk of an upload",
		.cause = "The code alone does not tell why.",
		.fix = "Check the likely causes in their order.",
		.settle = "Give the client's log as well, with the image list before the upload and the first octets "
			  "of the file.",
		.commands = "mcumgr image list",
		.source = "src:z:img_mgmt.c",
	},
};

const struct tug_rule_set tug_rules_codes = { rules, COUNT(rules) };
