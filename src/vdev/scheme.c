/* SPDX-License-Identifier: Apache-2.0
 *
 * The links `vdev:` and `vdev:DIR`: a virtual device inside the calling process. Decides how long such a device lives.
 * Called by whoever opens a URL, on the loop's thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "vdev_priv.h"

#define BUF_SIZE 2475u
#define BUF_COUNT 4u
#define BOOT_MS 20u
#define PACKET_MAX (65535u + TUG_SMP_HDR_LEN)

static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img, &tug_srv_zbasic };

/* `vdev:` has to outlive its links: a reset closes and opens them. One for each process. */
static struct {
	struct tug_vdev *v;
	bool used; /* a link holds it */
} in_memory;

struct vdev_link {
	struct tug_link link; /* first */
	uv_timer_t timer; /* the device's next moment; only sets off `wake` */
	uv_async_t wake;  /* all callbacks come from here: uv_run(ONCE) goes on waiting after a timer, but not after this */
	unsigned handles; /* of the two, not closed yet */
	struct tug_vdev *v;
	char *dir; /* NULL = in memory */
	bool up;
	bool closed;
	uint8_t packet[PACKET_MAX];
};

/* Not the loop's time: the device may see several loops. */
static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000u;
}

static void on_timer(uv_timer_t *t)
{
	uv_async_send(&((struct vdev_link *)t->data)->wake);
}

static void arm(struct vdev_link *l)
{
	uint64_t now = now_ms();
	uint64_t at = tug_vdev_deadline(l->v);

	if (at <= now) {
		uv_async_send(&l->wake);
	} else if (at != UINT64_MAX) {
		uv_timer_start(&l->timer, on_timer, at - now, 0);
	}
}

static void on_wake(uv_async_t *a)
{
	struct vdev_link *l = a->data;
	struct tug_buf b = tug_buf_of(l->packet, sizeof(l->packet));

	tug_vdev_tick(l->v, now_ms());
	if (!l->up && !tug_vdev_up(l->v) && tug_vdev_deadline(l->v) != UINT64_MAX) {
		arm(l); /* it boots: what is sent now would be lost */
		return;
	}
	if (!l->up) {
		l->up = true;
		l->link.ev.up(l->link.ev.user);
	}
	/* any callback may close the link; its memory stays until the loop has closed the handles */
	while (!l->closed && tug_vdev_tx(l->v, now_ms(), &b) == 1) {
		l->link.ev.frame(l->link.ev.user, tug_buf_slice(&b));
	}
	if (!l->closed) {
		arm(l);
	}
}

static int link_send(struct tug_link *link, struct tug_slice frame)
{
	struct vdev_link *l = (struct vdev_link *)link;

	tug_vdev_rx(l->v, frame, now_ms());
	arm(l);
	return TUG_OK;
}

/* The device goes to sleep as it is; the next link wakes it. */
static void put_to_sleep(struct vdev_link *l)
{
	char why[VDEV_WHY];

	vdev_settle(l->v, now_ms());
	if (tug_vdev_up(l->v) && l->v->serving == &l->v->app) {
		/* without the mark it boots next time; nothing else is lost */
		(void)vdev_store_mark(l->dir, VDEV_MARK_RUNNING, true, why, sizeof(why));
	}
	tug_vdev_destroy(l->v);
}

static void on_closed(uv_handle_t *h)
{
	struct vdev_link *l = h->data;

	if (--l->handles == 0) {
		free(l->dir);
		free(l);
	}
}

static void link_close(struct tug_link *link)
{
	struct vdev_link *l = (struct vdev_link *)link;

	l->closed = true;
	if (l->dir != NULL) {
		put_to_sleep(l);
	} else {
		in_memory.used = false;
	}
	l->v = NULL;
	uv_close((uv_handle_t *)&l->timer, on_closed);
	uv_close((uv_handle_t *)&l->wake, on_closed);
}

static const struct tug_link_ops link_ops = { link_send, link_close };

static void default_cfg(struct tug_vdev_cfg *c)
{
	memset(c, 0, sizeof(*c));
	c->profile = tug_vdev_profile_find("nrf52840");
	c->mode = &tug_boot_swap_move;
	c->server = tug_server_profile_find("zephyr-4.2");
	c->groups = groups;
	c->n_groups = sizeof(groups) / sizeof(groups[0]);
	c->buf_size = BUF_SIZE;
	c->buf_count = BUF_COUNT;
	c->boot_ms = BOOT_MS;
}

/* What the folder was made with; names not known here leave the defaults. */
static void apply_note(struct tug_vdev_cfg *c, const struct vdev_note *note)
{
	const struct tug_vdev_profile *p = tug_vdev_profile_find(note->profile);
	const struct tug_boot_mode_ops *m = vdev_mode_find(note->mode);
	const struct tug_server_profile *s = tug_server_profile_find(note->server);

	c->profile = p != NULL ? p : c->profile;
	c->mode = m != NULL ? m : c->mode;
	c->server = s != NULL ? s : c->server;
}

int tug_vdev_recall(const char *dir, struct tug_vdev_cfg *c, char *why, size_t why_cap)
{
	struct vdev_note note;
	int rc = vdev_store_note_read(dir, &note, why, why_cap);

	if (rc == TUG_OK) {
		apply_note(c, &note);
	}
	return rc;
}

static int open_in_folder(const char *dir, struct tug_vdev **v, char *why, size_t why_cap)
{
	struct tug_vdev_cfg c;
	enum vdev_start how;
	int rc;

	default_cfg(&c);
	c.dir = dir;
	rc = tug_vdev_recall(dir, &c, why, why_cap);
	if (rc != TUG_OK) {
		return rc;
	}
	if (c.server->recovery) {
		c.buf_size = 0; /* its own */
		c.buf_count = 0;
	}
	how = vdev_store_marked(dir, VDEV_MARK_RUNNING) ? VDEV_RESUME : VDEV_POWER_ON;
	return vdev_create(&c, how, now_ms(), v, why, why_cap);
}

static int open_in_memory(struct tug_vdev **v, char *why, size_t why_cap)
{
	struct tug_vdev_cfg c;
	int rc = TUG_OK;

	if (in_memory.used) {
		snprintf(why, why_cap, "the virtual device of this process is in use already: give each its own vdev:DIR");
		return TUG_EBUSY;
	}
	if (in_memory.v == NULL) {
		default_cfg(&c);
		rc = vdev_create(&c, VDEV_POWER_ON, now_ms(), &in_memory.v, why, why_cap);
	}
	in_memory.used = rc == TUG_OK;
	*v = in_memory.v;
	return rc;
}

static int link_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev, struct tug_link **out,
		     char *why, size_t why_cap)
{
	struct vdev_link *l = calloc(1, sizeof(*l));
	bool folder = rest[0] != '\0';
	int rc = TUG_ENOSPACE;

	*out = NULL;
	if (l == NULL || (folder && (l->dir = malloc(strlen(rest) + 1u)) == NULL)) {
		snprintf(why, why_cap, "out of memory");
		free(l);
		return rc;
	}
	if (folder) {
		memcpy(l->dir, rest, strlen(rest) + 1u);
	}
	rc = folder ? open_in_folder(rest, &l->v, why, why_cap) : open_in_memory(&l->v, why, why_cap);
	if (rc != TUG_OK) {
		free(l->dir);
		free(l);
		return rc;
	}
	l->link.ops = &link_ops;
	l->link.ev = *ev;
	uv_timer_init(loop, &l->timer);
	uv_async_init(loop, &l->wake, on_wake);
	l->handles = 2;
	l->timer.data = l;
	l->wake.data = l;
	uv_async_send(&l->wake);
	*out = &l->link;
	return TUG_OK;
}

const struct tug_scheme tug_scheme_vdev = { "vdev", link_open };
