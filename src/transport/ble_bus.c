/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides when the system bus is read and written: sd-bus as one more handle of the loop. Knows nothing of
 * Bluetooth. Called by the ble: link and the scan.
 */
#include "ble_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

static void dispatch(struct tug_ble_bus *b)
{
	sd_bus *bus = sd_bus_ref(b->bus);
	int r;

	do {
		r = sd_bus_process(bus, NULL);
	} while (r > 0 && b->bus);
	if (r < 0 && b->bus)
		b->lost(b->user, -r);
	(void)sd_bus_unref(bus);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct tug_ble_bus *b = TUG_CONTAINER(p, struct tug_ble_bus, poll);

	(void)status;
	(void)events;
	dispatch(b);
}

static void on_wake(uv_timer_t *t)
{
	dispatch(TUG_CONTAINER(t, struct tug_ble_bus, wake));
}

/* Milliseconds until `at` microseconds of the monotonic clock, rounded up. */
static uint64_t ms_until(uint64_t at)
{
	struct timespec ts;
	uint64_t now;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
	return at > now ? (at - now + 999u) / 1000u : 0;
}

static void on_prepare(uv_prepare_t *p)
{
	struct tug_ble_bus *b = TUG_CONTAINER(p, struct tug_ble_bus, prepare);
	int want = sd_bus_get_events(b->bus);
	int events = (want > 0 && (want & POLLOUT) ? UV_WRITABLE : 0) | UV_READABLE;
	uint64_t at = UINT64_MAX;

	if (events != b->events && uv_poll_start(&b->poll, events, on_poll) == 0)
		b->events = events;
	if (sd_bus_get_timeout(b->bus, &at) >= 0 && at != UINT64_MAX) {
		uv_update_time(p->loop);
		(void)uv_timer_start(&b->wake, on_wake, ms_until(at), 0);
	} else {
		(void)uv_timer_stop(&b->wake);
	}
}

int tug_ble_bus_open(struct tug_ble_bus *b, uv_loop_t *loop, struct tug_hold *hold)
{
	int r = sd_bus_open_system(&b->bus);

	if (r < 0) {
		b->bus = NULL;
		return r;
	}
	b->events = 0;
	r = uv_poll_init(loop, &b->poll, sd_bus_get_fd(b->bus));
	if (r < 0) {
		b->bus = sd_bus_close_unref(b->bus);
		return r;
	}
	(void)uv_timer_init(loop, &b->wake);
	(void)uv_prepare_init(loop, &b->prepare);
	b->poll.data = hold;
	b->wake.data = hold;
	b->prepare.data = hold;
	tug_hold_get(hold);
	tug_hold_get(hold);
	tug_hold_get(hold);
	(void)uv_prepare_start(&b->prepare, on_prepare);
	return 0;
}

void tug_ble_bus_close(struct tug_ble_bus *b)
{
	if (!b->bus)
		return;
	tug_hold_close((uv_handle_t *)&b->poll);
	tug_hold_close((uv_handle_t *)&b->wake);
	tug_hold_close((uv_handle_t *)&b->prepare);
	b->bus = sd_bus_close_unref(b->bus);
}

int tug_ble_bus_error(int errnum, char *why, size_t why_cap)
{
	switch (errnum) {
	case ENOENT:
	case ECONNREFUSED:
		return tug_link_why(why, why_cap, TUG_ENODEV,
				    "there is no system bus (D-Bus) on this machine; start dbus and bluetoothd, and in a "
				    "container pass /run/dbus in");
	case EACCES:
	case EPERM:
		return tug_link_why(why, why_cap, TUG_EACCESS,
				    "the system bus (D-Bus) does not let this user in; check the mode of its socket");
	default:
		return tug_link_why(why, why_cap, TUG_ELINK, "the system bus (D-Bus) ended the connection: %s",
				    strerror(errnum));
	}
}
