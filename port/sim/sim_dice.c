/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeded random numbers (SplitMix64) and the virtual clock. Refuses to know what they are used for.
 * Called by simulators and tests, from any context.
 */
#include <tug/port/sim.h>

void tug_dice_seed(struct tug_dice *d, uint64_t seed)
{
	d->state = seed;
}

uint64_t tug_dice_next(struct tug_dice *d)
{
	uint64_t z;

	d->state += UINT64_C(0x9e3779b97f4a7c15);
	z = d->state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t tug_dice_below(struct tug_dice *d, uint32_t n)
{
	uint64_t high = tug_dice_next(d) >> 32;

	return (uint32_t)((high * n) >> 32);
}

bool tug_dice_chance(struct tug_dice *d, double p)
{
	/* 53 bits: every double below 1 is hit with its own probability */
	double x = (double)(tug_dice_next(d) >> 11) * (1.0 / 9007199254740992.0);

	return x < p;
}

static uint64_t clock_now(void *ctx)
{
	return ((const struct tug_sim_clock *)ctx)->now_ms;
}

struct tug_clock tug_sim_clock_port(struct tug_sim_clock *c)
{
	struct tug_clock port = { clock_now, c };

	return port;
}
