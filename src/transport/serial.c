/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a serial port is opened, locked and named in errors, and which framing runs on it.
 * Refuses to know USB and requests. Reached through tug_scheme_serial and from usb.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tty_priv.h"

/* Largest frame that the 16-bit length field of a console line can announce, with length and CRC. */
#define RX_CAP (65533u + 4u)

#define ASSUME_CONSOLE 252u
#define ASSUME_RAW 256u
/* Raw frames bear no mark: a device that lost an octet takes what follows for the rest, until 3 s nothing came. */
#define QUIET_RAW_MS 3100u

struct serial_link {
	struct tug_linkbase base;
	struct tug_tty tty;
	struct tug_framing framing;
	char path[512];
	bool raw;
	bool exclusive;
	bool heard; /* a frame has arrived */
};

static struct serial_link *of(struct tug_link *l)
{
	return TUG_CONTAINER(l, struct serial_link, base.link);
}

static bool is_pty(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && major(st.st_rdev) >= 136 && major(st.st_rdev) <= 143;
}

/* A sentence for an errno of opening `path`. */
static int open_error(const char *path, int errnum, char *why, size_t why_cap)
{
	struct stat st;
	const struct group *g = stat(path, &st) == 0 ? getgrgid(st.st_gid) : NULL;

	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return tug_link_why(why, why_cap, TUG_ENODEV,
			       "there is no serial port %s; `tug scan` lists those that are there", path);
	case EACCES:
	case EPERM:
		return tug_link_why(why, why_cap, TUG_EACCESS,
			       "no permission for %s (its group is %s): add your user to the group dialout, or to that "
			       "one (sudo usermod -aG dialout $USER), and log in again",
			       path, g ? g->gr_name : "unknown");
	case EBUSY:
	case EWOULDBLOCK:
		return tug_link_why(why, why_cap, TUG_EBUSY,
			       "%s is in use by another program; close it (`fuser %s` names it)", path, path);
	case ENXIO:
	case ENODEV:
	case EIO:
		return tug_link_why(why, why_cap, TUG_ENODEV, "%s exists, but there is no device behind it (%s)", path,
			       strerror(errnum));
	default:
		return tug_link_why(why, why_cap, TUG_ELINK, "cannot open %s: %s", path, strerror(errnum));
	}
}

/* Lock against other programs. A pty is not set exclusive: its far end keeps it alive, and with it the mark. */
static bool lock_port(int fd, bool *exclusive)
{
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	*exclusive = !is_pty(fd) && ioctl(fd, TIOCEXCL) == 0;
	return true;
}

/* Open, lock and set up the port; the descriptor, or an error with `why`. */
static int open_port(const char *path, const struct tug_url_serial *url, bool *exclusive, char *why, size_t why_cap)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	uint32_t baud = url->baud;
	int err;

	if (fd < 0)
		return open_error(path, errno, why, why_cap);
	if (!isatty(fd)) {
		(void)close(fd);
		return tug_link_why(why, why_cap, TUG_ENODEV, "%s is not a serial port; `tug scan` lists those that are there",
			       path);
	}
	if (!lock_port(fd, exclusive)) {
		err = open_error(path, errno, why, why_cap);
		(void)close(fd);
		return err;
	}
	if (is_pty(fd))
		baud = 0;
	err = tug_termios_raw(fd, &baud);
	if (!err)
		return fd;
	if (err == TUG_ERANGE)
		err = tug_link_why(why, why_cap, TUG_ERANGE, "%s cannot run at %u bits per second; it offers %u instead", path,
			      url->baud, baud);
	else
		err = open_error(path, errno, why, why_cap);
	(void)close(fd);
	return err;
}

static bool on_event(void *user, const struct tug_rx_event *ev)
{
	struct serial_link *s = user;

	if (ev->kind == TUG_RX_FRAME) {
		s->heard = true;
		tug_linkbase_frame(&s->base, ev->data);
	} else if (ev->kind == TUG_RX_TEXT) {
		if (!s->heard && !s->base.link.hint)
			tug_linkbase_hint(&s->base,
					  "octets arrive from %s, but no SMP frame: check the baud rate, and that SMP is on "
					  "this port and not on another",
					  s->path);
		tug_linkbase_text(&s->base, ev->data);
	} else if (ev->kind == TUG_RX_DROP) {
		tug_linkbase_hint(&s->base, "frames from %s arrive damaged (%s): check baud rate and cable", s->path,
				  tug_strerror(ev->err));
	}
	return tug_linkbase_alive(&s->base);
}

static void on_data(struct tug_tty *t, struct tug_slice in)
{
	struct serial_link *s = TUG_CONTAINER(t, struct serial_link, tty);

	tug_framing_feed(&s->framing, in, uv_now(t->poll.loop), on_event, s);
}

static void on_gone(struct tug_tty *t, int errnum)
{
	struct serial_link *s = TUG_CONTAINER(t, struct serial_link, tty);

	tug_tty_stop(t);
	if (errnum && errnum != EIO && errnum != ENODEV && errnum != ENXIO)
		tug_linkbase_fail(&s->base, TUG_ECLOSED, "%s failed: %s", s->path, strerror(errnum));
	else
		tug_linkbase_fail(&s->base, TUG_ECLOSED,
				  "%s went away: the device was unplugged or reset, or the far end closed it", s->path);
}

static int serial_send(struct tug_link *l, struct tug_slice frame)
{
	struct serial_link *s = of(l);

	if (!tug_linkbase_alive(&s->base))
		return TUG_ECLOSED;
	return tug_tty_send_frame(&s->tty, frame, s->raw, false);
}

static void serial_release(void *self)
{
	struct serial_link *s = self;

	tug_tty_free(&s->tty);
	tug_framing_free(&s->framing);
	free(s);
}

static void serial_close(struct tug_link *l)
{
	struct serial_link *s = of(l);

	if (s->exclusive && s->tty.fd >= 0)
		(void)ioctl(s->tty.fd, TIOCNXCL);
	tug_tty_stop(&s->tty);
	tug_linkbase_close(&s->base);
}

/* A half line that somebody left on the port would swallow our first frame: end it. */
static void serial_start(struct tug_linkbase *b)
{
	struct serial_link *s = TUG_CONTAINER(b, struct serial_link, base);
	uint8_t *room = s->raw ? NULL : tug_tty_room(&s->tty, 1);

	tug_tty_watch(&s->tty);
	if (!room)
		return;
	*room = '\n';
	(void)tug_tty_push(&s->tty, 1);
}

static const struct tug_link_ops serial_ops = { .send = serial_send, .close = serial_close };

int tug_serial_open(uv_loop_t *loop, const struct tug_url_serial *url, const struct tug_link_events *ev,
		    struct tug_link **out, char *why, size_t why_cap)
{
	struct serial_link *s;
	char *real = realpath(url->path, NULL);
	bool exclusive = false;
	int fd;

	if (!real)
		return open_error(url->path, errno, why, why_cap);
	fd = open_port(real, url, &exclusive, why, why_cap);
	free(real);
	if (fd < 0)
		return fd;
	s = calloc(1, sizeof(*s));
	if (!s || tug_framing_init(&s->framing, url->raw, TUG_CONSOLE_CLIENT, RX_CAP) != TUG_OK) {
		free(s);
		(void)close(fd);
		return tug_link_why(why, why_cap, TUG_EINTERNAL, "out of memory");
	}
	(void)memcpy(s->path, url->path, sizeof(s->path));
	s->raw = url->raw;
	s->exclusive = exclusive;
	s->tty.data = on_data;
	s->tty.gone = on_gone;
	s->tty.pace_ms = url->pace_ms;
	tug_linkbase_init(&s->base, loop, ev, &serial_ops, serial_release);
	s->base.start = serial_start;
	s->base.link.assume_frame = url->raw ? ASSUME_RAW : ASSUME_CONSOLE;
	s->base.link.overhead = url->raw ? 0 : TUG_CONSOLE_OVERHEAD;
	s->base.link.quiet_ms = url->raw ? QUIET_RAW_MS : 0;
	if (tug_tty_start(&s->tty, loop, &s->base.hold, fd) != TUG_OK) {
		tug_linkbase_close(&s->base);
		return tug_link_why(why, why_cap, TUG_ELINK, "cannot wait for input of %s", url->path);
	}
	tug_linkbase_up(&s->base);
	*out = &s->base.link;
	return TUG_OK;
}

static int scheme_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		       struct tug_link **out, char *why, size_t why_cap)
{
	struct tug_url_serial url;
	int err = tug_url_serial_parse(rest, &url, why, why_cap);

	return err ? err : tug_serial_open(loop, &url, ev, out, why, why_cap);
}

const struct tug_scheme tug_scheme_serial = { .name = "serial", .open = scheme_open };
