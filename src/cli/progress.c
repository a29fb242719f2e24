/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns upload reports into a bar or into lines, with rate and time left. Knows neither device nor protocol.
 * Called by the update views.
 */
#include <string.h>
#include <time.h>

#include "progress_priv.h"

#define BAR 30u

uint64_t tug_progress_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static uint32_t percent_of(const struct tug_progress *p)
{
	return p->len == 0 ? 100 : (uint32_t)((uint64_t)p->off * 100u / p->len);
}

bool tug_progress_take(struct tug_progress *p, uint32_t off, uint32_t len, uint64_t now_ms, uint32_t each_percent)
{
	uint32_t now;

	if (p->len != len || off < p->start_off) { /* first report, or the upload began again */
		memset(p, 0, sizeof(*p));
		p->start_ms = now_ms;
		p->start_off = off;
	}
	p->off = off;
	p->len = len;
	now = percent_of(p) / each_percent;
	if (p->percent == now + 1) {
		return false;
	}
	p->percent = now + 1;
	return true;
}

double tug_progress_rate(const struct tug_progress *p, uint64_t now_ms)
{
	uint64_t ms = now_ms - p->start_ms;

	return ms == 0 || p->off <= p->start_off ? 0 : (double)(p->off - p->start_off) * 1000.0 / (double)ms;
}

void tug_progress_show(const struct tug_progress *p, struct tug_out *out, const char *prefix, bool bar, uint64_t now_ms)
{
	double rate = tug_progress_rate(p, now_ms);
	char drawn[BAR + 1], text[256], left[48] = "";
	uint32_t percent = percent_of(p), full = percent * BAR / 100u;

	if (rate > 0) {
		unsigned long s = (unsigned long)((double)(p->len - p->off) / rate + 0.5);

		snprintf(left, sizeof(left), "  %.1f KiB/s  %lu:%02lu left", rate / 1024.0, s / 60, s % 60);
	}
	memset(drawn, '#', full);
	memset(drawn + full, '.', BAR - full);
	drawn[BAR] = '\0';
	if (bar) {
		snprintf(text, sizeof(text), "%s[%s] %3u %%%s", prefix, drawn, percent, left);
		tug_out_bar(out, text);
	} else {
		tug_out_talk(out, "%supload %3u %%  %u of %u octets%s", prefix, percent, p->off, p->len, left);
	}
}
