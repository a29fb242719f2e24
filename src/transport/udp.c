/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how datagrams reach a host: connected socket, IPv4 before IPv6, frames that fit the path.
 * ICMP errors are hints, not failures: a device that reboots refuses for a while. Through tug_scheme_udp.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <tug/smp_frame.h>

#include "link_priv.h"

#define ASSUME_UDP 1024u
/* Devices cut datagrams at an Ethernet MTU, whatever the path could carry. */
#define MTU_MAX 1500
#define MTU_MIN 576
#define HEADERS_V4 28
#define HEADERS_V6 48

struct udp_link {
	struct tug_linkbase base;
	uv_udp_t sock;
	uv_getaddrinfo_t lookup;
	struct tug_url_udp url;
	bool sock_open;
	bool looking_up;
	char rx[65536];
};

struct udp_send {
	uv_udp_send_t req;
	struct tug_hold *hold;
	uint8_t data[];
};

static struct udp_link *of(struct tug_link *l)
{
	return TUG_CONTAINER(l, struct udp_link, base.link);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct udp_link *u = TUG_CONTAINER(h, struct udp_link, sock);

	(void)suggested;
	*buf = uv_buf_init(u->rx, sizeof(u->rx));
}

/* True when the error only says that nobody is there at the moment. */
static bool nobody_there(struct udp_link *u, int uv_err)
{
	switch (uv_err) {
	case UV_ECONNREFUSED:
		tug_linkbase_hint(&u->base, "the host %s says that nothing listens on UDP port %u", u->url.host,
				  u->url.port);
		return true;
	case UV_EHOSTUNREACH:
	case UV_ENETUNREACH:
	case UV_EHOSTDOWN:
		tug_linkbase_hint(&u->base, "the network says that %s cannot be reached (%s)", u->url.host,
				  uv_strerror(uv_err));
		return true;
	default:
		return false;
	}
}

static void on_recv(uv_udp_t *sock, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	struct udp_link *u = TUG_CONTAINER(sock, struct udp_link, sock);
	struct tug_slice in, frame;

	(void)flags;
	if (n < 0) {
		if (!nobody_there(u, (int)n))
			tug_linkbase_fail(&u->base, TUG_ELINK, "receiving from %s failed: %s", u->url.host,
					  uv_strerror((int)n));
		return;
	}
	if (n == 0 || !from)
		return;
	in = tug_slice_of(buf->base, (size_t)n);
	while (tug_linkbase_alive(&u->base) && tug_dgram_next(&in, &frame) == 1)
		tug_linkbase_frame(&u->base, frame);
}

/* Largest frame for the path, as far as the kernel knows it. */
static uint32_t path_frame(const struct udp_link *u, const struct sockaddr *to)
{
	bool v6 = to->sa_family == AF_INET6;
	int mtu = MTU_MAX;
	socklen_t len = sizeof(mtu);
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&u->sock, &fd) != 0 ||
	    getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &len) != 0 || mtu > MTU_MAX)
		mtu = MTU_MAX;
	if (mtu < MTU_MIN)
		mtu = MTU_MIN;
	return (uint32_t)(mtu - (v6 ? HEADERS_V6 : HEADERS_V4));
}

/* Connect the socket. Result: 0 or a libuv error. */
static int connect_to(struct udp_link *u, const struct sockaddr *to)
{
	int err = uv_udp_connect(&u->sock, to);

	if (err)
		return err;
	u->base.link.max_frame = path_frame(u, to);
	return 0;
}

static void udp_start(struct tug_linkbase *b)
{
	struct udp_link *u = TUG_CONTAINER(b, struct udp_link, base);
	int err = uv_udp_recv_start(&u->sock, on_alloc, on_recv);

	if (err)
		tug_linkbase_fail(b, TUG_ELINK, "cannot receive from %s: %s", u->url.host, uv_strerror(err));
}

/* Zephyr's server listens on IPv4 unless told: prefer that. */
static const struct sockaddr *best(const struct addrinfo *list)
{
	for (const struct addrinfo *a = list; a; a = a->ai_next) {
		if (a->ai_family == AF_INET)
			return a->ai_addr;
	}
	return list ? list->ai_addr : NULL;
}

static void on_lookup(uv_getaddrinfo_t *req, int status, struct addrinfo *res)
{
	struct udp_link *u = TUG_CONTAINER(req, struct udp_link, lookup);
	const struct sockaddr *to = status == 0 ? best(res) : NULL;
	int err;

	u->looking_up = false;
	if (u->base.state == TUG_LINK_OPENING) {
		err = to ? connect_to(u, to) : 0;
		if (!to)
			tug_linkbase_fail(&u->base, TUG_ENODEV, "the name %s has no address: %s", u->url.host,
					  uv_strerror(status ? status : UV_EAI_NODATA));
		else if (err)
			tug_linkbase_fail(&u->base, TUG_ELINK, "there is no way to %s: %s", u->url.host,
					  uv_strerror(err));
		else
			tug_linkbase_up(&u->base);
	}
	uv_freeaddrinfo(res);
	tug_hold_put(&u->base.hold);
}

static void on_sent(uv_udp_send_t *req, int status)
{
	struct udp_send *s = TUG_CONTAINER(req, struct udp_send, req);

	/* a datagram that was lost here is like one lost on the way: the client sends it again */
	(void)status;
	tug_hold_put(s->hold);
	free(s);
}

/* The socket takes nothing at the moment: leave a copy with libuv. */
static int send_later(struct udp_link *u, struct tug_slice frame)
{
	struct udp_send *s = malloc(sizeof(*s) + frame.len);
	uv_buf_t buf;

	if (!s)
		return TUG_EBUSY;
	memcpy(s->data, frame.p, frame.len);
	s->hold = &u->base.hold;
	buf = uv_buf_init((char *)s->data, (unsigned)frame.len);
	if (uv_udp_send(&s->req, &u->sock, &buf, 1, NULL, on_sent) != 0) {
		free(s);
		return TUG_EBUSY;
	}
	tug_hold_get(s->hold);
	return TUG_OK;
}

static int udp_send(struct tug_link *l, struct tug_slice frame)
{
	struct udp_link *u = of(l);
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)frame.p, (unsigned)frame.len);
	int n;

	if (!tug_linkbase_alive(&u->base))
		return TUG_ECLOSED;
	if (frame.len > sizeof(u->rx))
		return TUG_ETOOBIG;
	n = uv_udp_try_send(&u->sock, &buf, 1, NULL);
	/* an ICMP error waiting at the socket eats one send: try again */
	if (n < 0 && nobody_there(u, n))
		n = uv_udp_try_send(&u->sock, &buf, 1, NULL);
	if (n >= 0 || nobody_there(u, n))
		return TUG_OK;
	if (n == UV_EAGAIN || n == UV_ENOBUFS)
		return send_later(u, frame);
	if (n == UV_EMSGSIZE)
		return TUG_ETOOBIG;
	tug_linkbase_fail(&u->base, TUG_ELINK, "sending to %s failed: %s", u->url.host, uv_strerror(n));
	return TUG_ECLOSED;
}

static void udp_close(struct tug_link *l)
{
	struct udp_link *u = of(l);

	if (u->looking_up)
		(void)uv_cancel((uv_req_t *)&u->lookup);
	if (u->sock_open)
		tug_hold_close((uv_handle_t *)&u->sock);
	tug_linkbase_close(&u->base);
}

static void udp_release(void *self)
{
	free(self);
}

static const struct tug_link_ops udp_ops = { .send = udp_send, .close = udp_close };

/* A literal connects at once, a name is looked up in the background. */
static int begin(struct udp_link *u, uv_loop_t *loop, char *why, size_t why_cap)
{
	struct addrinfo want = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV };
	struct sockaddr_storage to;
	char service[8];
	int err;

	if (uv_ip4_addr(u->url.host, u->url.port, (struct sockaddr_in *)&to) == 0 ||
	    uv_ip6_addr(u->url.host, u->url.port, (struct sockaddr_in6 *)&to) == 0) {
		err = connect_to(u, (const struct sockaddr *)&to);
		if (err)
			return tug_link_why(why, why_cap, TUG_ELINK, "there is no way to %s: %s", u->url.host,
				       uv_strerror(err));
		tug_linkbase_up(&u->base);
		return TUG_OK;
	}
	(void)snprintf(service, sizeof(service), "%u", u->url.port);
	err = uv_getaddrinfo(loop, &u->lookup, on_lookup, u->url.host, service, &want);
	if (err)
		return tug_link_why(why, why_cap, TUG_ELINK, "cannot look up %s: %s", u->url.host, uv_strerror(err));
	u->looking_up = true;
	tug_hold_get(&u->base.hold);
	return TUG_OK;
}

static int scheme_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		       struct tug_link **out, char *why, size_t why_cap)
{
	struct tug_url_udp url;
	struct udp_link *u;
	int err = tug_url_udp_parse(rest, &url, why, why_cap);

	if (err)
		return err;
	u = calloc(1, sizeof(*u));
	if (!u)
		return tug_link_why(why, why_cap, TUG_EINTERNAL, "out of memory");
	u->url = url;
	tug_linkbase_init(&u->base, loop, ev, &udp_ops, udp_release);
	u->base.start = udp_start;
	u->base.link.max_frame = MTU_MAX - HEADERS_V6;
	u->base.link.assume_frame = ASSUME_UDP;
	(void)uv_udp_init(loop, &u->sock);
	u->sock.data = &u->base.hold;
	u->sock_open = true;
	tug_hold_get(&u->base.hold);
	err = begin(u, loop, why, why_cap);
	if (err) {
		udp_close(&u->base.link);
		return err;
	}
	*out = &u->base.link;
	return TUG_OK;
}

const struct tug_scheme tug_scheme_udp = { .name = "udp", .open = scheme_open };
