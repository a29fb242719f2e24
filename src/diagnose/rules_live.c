/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules on what a device does when it is asked: the side that logs of other clients seldom show. They hold for logs
 * as well where the frames are there.
 */
#include <inttypes.h>

#include "refusal_priv.h"

/* Echoes came back up to a size, a longer one within the announced buffer did not, and a short one does again. */
static bool long_frames_lost(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_device *v = &f->smp.device;
	const struct tug_dg_cmd *echo = tug_dg_cmd_of(&f->smp, TUG_GRP_OS, 0, TUG_SMP_WRITE);

	if (echo == NULL || v->echo_ok == 0 || v->echo_lost <= v->echo_ok || !v->params_known || echo->silent == 0 ||
	    v->echo_lost >= v->buf_size) {
		return false;
	}
	tug_hit_quote(h, &v->params);
	tug_hit_quote(h, &echo->first_silent);
	tug_hit_title(h,
		      "The device announces buffers of %" PRIu32 " octets, but a request with %" PRIu32
		      " octets of text gets no answer while %" PRIu32 " still do",
		      v->buf_size, v->echo_lost, v->echo_ok);
	return true;
}

/* After a long request nothing is answered any more. */
static bool server_died(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_device *v = &f->smp.device;
	const struct tug_dg_cmd *echo = tug_dg_cmd_of(&f->smp, TUG_GRP_OS, 0, TUG_SMP_WRITE);

	if (!f->live || echo == NULL || v->echo_ok == 0 || v->echo_lost == 0 || v->echo_lost > v->echo_ok) {
		return false;
	}
	tug_hit_quote(h, &echo->first_silent);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool same_but_marked(const struct tug_dg_write *w)
{
	const struct tug_report_slot *s = w->hash_len > 0 ? tug_dg_slot_of(&w->after, w->hash, w->hash_len)
							  : tug_dg_active(&w->after, 0);

	if (s == NULL) {
		return false;
	}
	if (w->hash_len == 0 || s->active) {
		return w->confirm && !s->confirmed; /* the running image was to be confirmed */
	}
	return !s->pending && !s->permanent && !s->confirmed;
}

static bool write_ignored(const struct tug_dg_facts *f, struct tug_hit *h)
{
	for (uint32_t i = f->smp.n_writes; i-- > 0;) {
		const struct tug_dg_write *w = &f->smp.write[i];

		if (w->answered && !w->refused && w->after.known && same_but_marked(w) && !tug_dg_direct_xip(f) &&
		    !tug_dg_well_after(f, &w->answer)) {
			tug_hit_quote(h, &w->request);
			tug_hit_quote(h, &w->answer);
			tug_hit_quote(h, &w->after.at);
			tug_hit_title(h, "The device accepted \"%s\", but the list shows no change",
				      w->confirm ? "confirm" : "test");
			return true;
		}
	}
	return false;
}

static bool access_denied(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r;
	uint32_t i = 0;

	while ((r = tug_dg_refusal_next(&f->smp, TUG_GRP_IMG, 0, &i)) != NULL) {
		if (r->op == TUG_SMP_READ && tug_dg_generic(r, TUG_RC_ACCESS)) {
			tug_hit_refusal(h, r);
			return true;
		}
	}
	return false;
}

/* Swap modes want slots of one size, or one sector apart; no flash has sectors above 128 KiB. */
static bool sizes_differ(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_device *v = &f->smp.device;
	uint32_t a = v->slot_size[0], b = v->slot_size[1], apart = a > b ? a - b : b - a;

	if (!v->slot_info || a == 0 || b == 0 || apart <= 131072u || (v->mode != 1 && v->mode != 3)) {
		return false;
	}
	tug_hit_quote(h, &v->slots);
	tug_hit_quote(h, &v->mode_at);
	tug_hit_title(h, "The slots have %" PRIu32 " and %" PRIu32 " octets, and MCUboot swaps: it refuses every update", a, b);
	return true;
}

/* The device's slot is not the one of the partition file given. */
static bool other_layout(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[2][3] = { { "mcuboot_primary", "slot0_partition", "image-0" },
						 { "mcuboot_secondary", "slot1_partition", "image-1" } };
	const struct tug_dg_device *v = &f->smp.device;

	for (unsigned slot = 0; v->slot_info && slot < 2; slot++) {
		const struct tug_dg_part *p = NULL;

		for (unsigned n = 0; n < 3 && p == NULL; n++) {
			p = tug_dg_part_of(&f->parts, names[slot][n], -1);
		}
		if (p != NULL && p->size != 0 && v->slot_size[slot] != 0 && p->size != v->slot_size[slot]) {
			tug_hit_quote(h, &v->slots);
			tug_hit_quote(h, &p->at);
			tug_hit_title(h, "Slot %u has %" PRIu32 " octets on the device and %" PRIu64 " in the partition file", slot,
				      v->slot_size[slot], p->size);
			return true;
		}
	}
	return false;
}

/* Whatever the OS group is asked is not there. */
static bool no_os_group(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const struct {
		uint8_t id, op;
	} asked[] = { { 0, TUG_SMP_WRITE }, { 6, TUG_SMP_READ }, { 7, TUG_SMP_READ }, { 8, TUG_SMP_READ } };
	uint32_t i = 0;
	const struct tug_dg_refusal *r;

	for (size_t k = 0; k < sizeof(asked) / sizeof(asked[0]); k++) {
		const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, TUG_GRP_OS, asked[k].id, asked[k].op);

		if (c == NULL || c->answers == 0 || c->ok > 0) {
			return false;
		}
	}
	while ((r = tug_dg_refusal_next(&f->smp, TUG_GRP_OS, -1, &i)) != NULL) {
		if (!tug_dg_generic(r, TUG_RC_NOTSUP)) {
			return false; /* it is there, and refuses for another reason */
		}
		tug_hit_quote(h, &r->first);
	}
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "params-without-reassembly",
		.rank = 400,
		.severity = TUG_SEV_BLOCKING,
		.when = long_frames_lost,
		.title = "Long requests get no answer",
		.cause = "Clients size their packets by the announced buffer and send them in several pieces. Without reassembly, or "
			 "with smaller buffers in the transport, the server cannot put them together and drops them in silence.",
		.fix = "Set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y (Bluetooth), or make CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE what the "
		       "transport really takes, or leave CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS out. Until then send small chunks.",
		.next = "switch reassembly on, or announce the size that the transport takes",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:z:smp_bt.c; OTAK; src:and:McuMgrBleTransport.java",
	},
	{
		.id = "smp-stack-overflow",
		.rank = 410,
		.severity = TUG_SEV_BLOCKING,
		.when = server_died,
		.title = "After a long request the device answers nothing any more, not even a short echo",
		.cause = "The server's thread died of the request: most often its stack is too small for it.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096, then look at the device's console for a fault.",
		.settle = "the device's console at that moment: \"Stack overflow\" and \"mcumgr smp\" prove it",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "Z51606; src:z:smp.c",
	},
	{
		.id = "state-write-ignored",
		.rank = 130,
		.severity = TUG_SEV_BLOCKING,
		.when = write_ignored,
		.title = "The device accepted a mark, but the list shows no change",
		.cause = "The write of the trailer has no effect: the slot's flash is protected or its driver does not write, the trailer "
			 "holds remains of an interrupted erase, or the firmware's own code answers instead of the image group.",
		.fix = "Erase the slot, upload again and mark it once more. If that changes nothing, read the device's console while it "
		       "is marked, and check the flash driver and the layout of the running firmware.",
		.next = "erase slot 1, upload again and mark it once more",
		.commands = "tug image erase\ntug image list",
		.source = "src:mb:bootutil_public.c; src:z:img_mgmt_state.c",
	},
	{
		.id = "smp-access-denied",
		.rank = 210,
		.severity = TUG_SEV_BLOCKING,
		.when = access_denied,
		.title = "The application denies access: even the image list is refused with code 11",
		.cause = "A callback of the application (MGMT_EVT_OP_CMD_RECV) decides about every command and says no: a login, a button "
			 "or a state of the product is missing.",
		.fix = "Bring the device into the state in which its application allows updates, or change the callback registered "
		       "with CONFIG_MCUMGR_SMP_COMMAND_STATUS_HOOKS.",
		.next = "unlock the device as its application wants it",
		.source = "src:z:smp.c",
	},
	{
		.id = "slots-unequal",
		.rank = 40,
		.severity = TUG_SEV_BLOCKING,
		.when = sizes_differ,
		.title = "The slots differ in size",
		.cause = "A swap moves sectors from one slot to the other: MCUboot refuses slots whose sectors do not fit each other and "
			 "boots the old image, and the new one stays pending.",
		.fix = "Give both slots the same size (with swap-move the primary may have one sector more) in the layout of bootloader and "
		       "application, or build MCUboot for overwriting.",
		.next = "make both slots equal in the layout and flash bootloader and application together",
		.source = "src:mb:swap_move.c; DZ128375",
	},
	{
		.id = "pm-layout-changed",
		.rank = 45,
		.severity = TUG_SEV_BLOCKING,
		.when = other_layout,
		.title = "The device's slots are not those of the partition file",
		.cause = "The firmware on the device was built with another layout. An image of this build is linked for other addresses, "
			 "or does not fit.",
		.fix = "Build with the layout of the device (its partitions.yml as pm_static.yml), or flash bootloader and application of "
		       "this build together by cable.",
		.next = "build with the layout that is on the device",
		.source = "PART; DZ103785",
	},
	{
		.id = "reset-unsupported",
		.rank = 220,
		.severity = TUG_SEV_BLOCKING,
		.when = no_os_group,
		.title = "Nothing of the OS group answers: the reset that ends every update is then missing, too",
		.cause = "Echo, parameters, information and bootloader are all refused with code 8, as without CONFIG_MCUMGR_GRP_OS. The reset "
			 "itself cannot be tried without resetting.",
		.fix = "CONFIG_MCUMGR_GRP_OS=y and CONFIG_REBOOT=y. Until then switch the power off and on to start a marked image.",
		.settle = "send a reset when that is fine: tug os reset",
		.commands = "CONFIG_MCUMGR_GRP_OS=y\nCONFIG_REBOOT=y",
		.source = "src:z:os_mgmt/Kconfig",
	},
};

const struct tug_rule_set tug_rules_live = { rules, sizeof(rules) / sizeof(rules[0]) };
