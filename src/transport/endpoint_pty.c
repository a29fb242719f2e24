/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a virtual device looks on a pty: raw, alive while clients come and go, with a symlink of
 * the caller's choice. Refuses to know what the frames say. Called by the virtual device.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "endpoint_priv.h"
#include "tty_priv.h"

struct pty_endpoint {
	struct tug_endpoint head;
	struct tug_tty tty;
	struct tug_framing framing;
	int slave; /* kept open: without it the master reports a hang-up when a client leaves */
	bool raw;
	char path[128];
	char *link_path;
};

static struct pty_endpoint *of(struct tug_endpoint *e)
{
	return TUG_CONTAINER(e, struct pty_endpoint, head);
}

static bool on_event(void *user, const struct tug_rx_event *ev)
{
	struct pty_endpoint *p = user;

	/* a real device reads past text and damaged frames without a word */
	if (ev->kind == TUG_RX_FRAME)
		p->head.ev.packet(p->head.ev.user, ev->data, p->path);
	return p->head.ev.packet != NULL;
}

static void on_data(struct tug_tty *t, struct tug_slice in)
{
	struct pty_endpoint *p = TUG_CONTAINER(t, struct pty_endpoint, tty);

	/* a client that set the port exclusive and died would lock out all others, as we keep the pty alive */
	(void)ioctl(p->slave, TIOCNXCL);
	tug_framing_feed(&p->framing, in, uv_now(t->poll.loop), on_event, p);
}

/* Cannot happen while the slave is open; if it does the endpoint is deaf but whole. */
static void on_gone(struct tug_tty *t, int errnum)
{
	(void)errnum;
	tug_tty_stop(t);
}

static int pty_send(struct tug_endpoint *e, struct tug_slice frame)
{
	struct pty_endpoint *p = of(e);

	return tug_tty_send_frame(&p->tty, frame, p->raw, true);
}

static void pty_text(struct tug_endpoint *e, struct tug_slice line)
{
	struct pty_endpoint *p = of(e);
	bool ended = line.len && line.p[line.len - 1] == '\n';
	size_t n = line.len + (ended ? 0u : 1u);
	uint8_t *room = p->tty.fd >= 0 ? tug_tty_room(&p->tty, n) : NULL;

	/* nobody has read for a long time: lost, as on a wire */
	if (!room)
		return;
	if (line.len)
		memcpy(room, line.p, line.len);
	room[n - 1] = '\n';
	(void)tug_tty_push(&p->tty, n);
}

/* True when `path` is a symlink into /dev/pts; `target` gets where it points. */
static bool pty_symlink(const char *path, char *target, size_t cap)
{
	ssize_t n = readlink(path, target, cap - 1);

	if (n < 0)
		return false;
	target[n] = 0;
	return strncmp(target, "/dev/pts/", 9) == 0;
}

static void pty_release(void *self)
{
	struct pty_endpoint *p = self;

	tug_tty_free(&p->tty);
	tug_framing_free(&p->framing);
	free(p->link_path);
	free(p);
}

static void pty_close(struct tug_endpoint *e)
{
	struct pty_endpoint *p = of(e);
	char target[sizeof(p->path)];

	memset(&e->ev, 0, sizeof(e->ev));
	/* somebody else may have taken over the link meanwhile: only ours is removed */
	if (p->link_path && pty_symlink(p->link_path, target, sizeof(target)) && strcmp(target, p->path) == 0)
		(void)unlink(p->link_path);
	tug_tty_stop(&p->tty);
	if (p->slave >= 0)
		(void)close(p->slave);
	p->slave = -1;
	tug_hold_put(&e->hold);
}

static const struct tug_endpoint_ops pty_ops = { .send = pty_send, .text = pty_text, .close = pty_close };

/* Open both sides, raw. Result: 0 or an errno. */
static int open_pair(struct pty_endpoint *p, int *master)
{
	const struct flock serving = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	uint32_t keep_rate = 0;
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int errnum;

	if (fd < 0)
		return errno;
	if (grantpt(fd) == 0 && unlockpt(fd) == 0 && ptsname_r(fd, p->path, sizeof(p->path)) == 0) {
		p->slave = open(p->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (p->slave >= 0 && tug_termios_raw(p->slave, &keep_rate) == TUG_OK &&
		    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0 && fcntl(p->slave, F_SETLK, &serving) == 0) {
			*master = fd;
			return 0;
		}
	}
	errnum = errno ? errno : EIO;
	(void)close(fd);
	return errnum;
}

/*
 * A pty that serves a device bears a record lock, which ends with its process. A link to one that bears none is
 * left over, also where the number of the pty was given to another program since. Result: who serves, 0 = nobody.
 */
static pid_t served_by(const char *pty)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(pty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (fcntl(fd, F_GETLK, &lock) != 0)
		lock.l_type = F_UNLCK;
	(void)close(fd);
	return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

/* Make the symlink, under another name first so that it is never missing or half there. */
static int make_link(struct pty_endpoint *p, const char *link_path, char *why, size_t why_cap)
{
	char tmp[600], target[sizeof(p->path)];
	struct stat st;

	if (lstat(link_path, &st) == 0 && !pty_symlink(link_path, target, sizeof(target)))
		return tug_link_why(why, why_cap, TUG_EBUSY,
			       "%s exists and is not a link to a pty; remove it or choose another name", link_path);
	if (pty_symlink(link_path, target, sizeof(target)) && strcmp(target, p->path) != 0 && served_by(target) > 0)
		return tug_link_why(why, why_cap, TUG_EBUSY,
				    "%s leads to the pty of another virtual device, process %ld; stop that one or choose another name",
				    link_path, (long)served_by(target));
	if (snprintf(tmp, sizeof(tmp), "%s.%ld", link_path, (long)getpid()) >= (int)sizeof(tmp))
		return tug_link_why(why, why_cap, TUG_EFILE, "the path of the link is too long");
	(void)unlink(tmp);
	if (symlink(p->path, tmp) != 0 || rename(tmp, link_path) != 0) {
		int errnum = errno;

		(void)unlink(tmp);
		return tug_link_why(why, why_cap, errnum == EACCES || errnum == EPERM ? TUG_EACCESS : TUG_EFILE,
			       "cannot make the link %s: %s", link_path, strerror(errnum));
	}
	p->link_path = strdup(link_path);
	return TUG_OK;
}

static int begin(struct pty_endpoint *p, uv_loop_t *loop, const char *link_path, char *why, size_t why_cap)
{
	int master = -1;
	int errnum = open_pair(p, &master);

	if (errnum)
		return tug_link_why(why, why_cap, errnum == EACCES || errnum == EPERM ? TUG_EACCESS : TUG_ELINK,
			       "cannot open a pseudo terminal: %s", strerror(errnum));
	if (tug_tty_start(&p->tty, loop, &p->head.hold, master) != TUG_OK)
		return tug_link_why(why, why_cap, TUG_ELINK, "cannot wait for input of %s", p->path);
	tug_tty_watch(&p->tty);
	return link_path ? make_link(p, link_path, why, why_cap) : TUG_OK;
}

int tug_endpoint_pty(struct uv_loop_s *loop, const struct tug_endpoint_pty_cfg *cfg,
		     const struct tug_endpoint_events *ev, struct tug_endpoint **out, char *name, size_t name_cap)
{
	struct pty_endpoint *p = calloc(1, sizeof(*p));
	int err;

	if (!p || tug_framing_init(&p->framing, cfg->raw, TUG_CONSOLE_SERVER, cfg->buf_size) != TUG_OK) {
		free(p);
		return tug_link_why(name, name_cap, TUG_EINTERNAL, "out of memory");
	}
	p->head.ops = &pty_ops;
	p->head.ev = *ev;
	/* the endpoint itself is one of the holders, so that a close without any handle frees it too */
	p->head.hold = (struct tug_hold){ .n = 1, .release = pty_release, .self = p };
	p->raw = cfg->raw;
	p->slave = -1;
	p->tty.fd = -1;
	p->tty.data = on_data;
	p->tty.gone = on_gone;
	err = begin(p, loop, cfg->link_path, name, name_cap);
	if (err) {
		pty_close(&p->head);
		return err;
	}
	(void)snprintf(name, name_cap, "%s", p->path);
	*out = &p->head;
	return TUG_OK;
}
