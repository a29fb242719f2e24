/* SPDX-License-Identifier: Apache-2.0
 *
 * What every swapping mode does alike: how its trailer is begun, closed and given up. Refuses to know how a mode moves
 * octets and where its records lie. Called by the swap modes.
 */
#include "boot_priv.h"

/* The magic comes last: a trailer without it was never begun. */
int boot_swap_write_trailer(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g, bool confirmed)
{
	int rc = tug_trailer_write_swap_info(io, g, (uint8_t)b->todo.type, 0);

	if (rc == TUG_OK && confirmed) {
		rc = tug_trailer_write_flag(io, g, tug_trailer_image_ok_off(g));
	}
	if (rc == TUG_OK) {
		rc = tug_trailer_write_swap_size(io, g, b->amount);
	}
	if (rc == TUG_OK) {
		rc = boot_crypt_store(b, io, g);
	}
	return rc == TUG_OK ? tug_trailer_write_magic(io, g) : rc;
}

/* image_ok before copy_done: the other way round a cut would make a permanent update a trial. */
int boot_swap_close(struct boot *b, bool confirm)
{
	const struct tug_trailer_geo *g = &b->pri_geo;
	struct tug_trailer t;
	int rc = tug_trailer_read_running(&b->pri, g, &t);

	if (rc == TUG_OK && confirm && t.image_ok == TUG_UNSET) {
		rc = tug_trailer_write_flag(&b->pri, g, tug_trailer_image_ok_off(g));
	}
	if (rc == TUG_OK && t.copy_done == TUG_UNSET) {
		rc = tug_trailer_write_flag(&b->pri, g, tug_trailer_copy_done_off(g));
	}
	return rc;
}

int boot_swap_end(struct boot *b, int rc)
{
	if (b->status_fails > 0) {
		boot_say(b, "");
		boot_say_dec(b, b->status_fails);
		boot_say_str(b, " status write fails performing the swap");
		boot_say_end(b, TUG_LOG_WRN);
	}
	return rc == TUG_OK ? boot_swap_close(b, b->todo.type != TUG_SWAP_TEST) : rc;
}

/* A trial must not go on without its way back, so a revert stays due. */
int boot_swap_give_up(struct boot *b)
{
	struct tug_trailer t;
	int rc;

	if (b->todo.type == TUG_SWAP_REVERT) {
		return TUG_ESTATE;
	}
	rc = tug_trailer_read(&b->pri, &b->pri_geo, &t);
	if (rc != TUG_OK || t.magic != TUG_GOOD || t.copy_done != TUG_UNSET) {
		return rc;
	}
	return boot_swap_close(b, true);
}
