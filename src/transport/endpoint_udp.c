/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides where a virtual device listens on UDP and whom it answers: the sender of the last datagram.
 * Refuses to look into datagrams. Also dispatches the calls that both kinds of endpoint share.
 */
#include <stdlib.h>
#include <string.h>

#include "endpoint_priv.h"

struct udp_endpoint {
	struct tug_endpoint head;
	uv_udp_t sock;
	struct sockaddr_storage peer;
	bool has_peer;
	char rx[65536];
};

struct reply {
	uv_udp_send_t req;
	struct tug_hold *hold;
	uint8_t data[];
};

int tug_endpoint_send(struct tug_endpoint *e, struct tug_slice frame)
{
	return e->ops->send(e, frame);
}

void tug_endpoint_text(struct tug_endpoint *e, struct tug_slice line)
{
	e->ops->text(e, line);
}

void tug_endpoint_close(struct tug_endpoint *e)
{
	if (e)
		e->ops->close(e);
}

static struct udp_endpoint *of(struct tug_endpoint *e)
{
	return TUG_CONTAINER(e, struct udp_endpoint, head);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct udp_endpoint *u = TUG_CONTAINER(h, struct udp_endpoint, sock);

	(void)suggested;
	*buf = uv_buf_init(u->rx, sizeof(u->rx));
}

static void on_recv(uv_udp_t *sock, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	struct udp_endpoint *u = TUG_CONTAINER(sock, struct udp_endpoint, sock);

	(void)flags;
	/* errors of a single datagram do not concern a server */
	if (n <= 0 || !from || !u->head.ev.packet)
		return;
	memcpy(&u->peer, from, from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	u->has_peer = true;
	u->head.ev.packet(u->head.ev.user, tug_slice_of(buf->base, (size_t)n), &u->peer);
}

static void on_sent(uv_udp_send_t *req, int status)
{
	struct reply *r = TUG_CONTAINER(req, struct reply, req);

	(void)status;
	tug_hold_put(r->hold);
	free(r);
}

static int udp_send(struct tug_endpoint *e, struct tug_slice frame)
{
	struct udp_endpoint *u = of(e);
	const struct sockaddr *to = (const struct sockaddr *)&u->peer;
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)frame.p, (unsigned)frame.len);
	struct reply *r;
	int n;

	if (!u->has_peer)
		return TUG_ECLOSED;
	n = uv_udp_try_send(&u->sock, &buf, 1, to);
	if (n == UV_EMSGSIZE)
		return TUG_ETOOBIG;
	if (n != UV_EAGAIN)
		return n >= 0 ? TUG_OK : TUG_ELINK;
	r = malloc(sizeof(*r) + frame.len);
	if (!r)
		return TUG_EBUSY;
	memcpy(r->data, frame.p, frame.len);
	r->hold = &e->hold;
	buf.base = (char *)r->data;
	if (uv_udp_send(&r->req, &u->sock, &buf, 1, to, on_sent) != 0) {
		free(r);
		return TUG_EBUSY;
	}
	tug_hold_get(r->hold);
	return TUG_OK;
}

static void udp_text(struct tug_endpoint *e, struct tug_slice line)
{
	(void)e;
	(void)line;
}

static void udp_close(struct tug_endpoint *e)
{
	memset(&e->ev, 0, sizeof(e->ev));
	tug_hold_close((uv_handle_t *)&of(e)->sock);
}

static const struct tug_endpoint_ops udp_ops = { .send = udp_send, .text = udp_text, .close = udp_close };

/* The address to listen on; a name is looked up here and now (servers start once). */
static int resolve(uv_loop_t *loop, const char *host, uint16_t port, struct sockaddr_storage *at)
{
	struct addrinfo want = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE };
	uv_getaddrinfo_t req;
	char service[8];

	if (uv_ip4_addr(host, port, (struct sockaddr_in *)at) == 0 ||
	    uv_ip6_addr(host, port, (struct sockaddr_in6 *)at) == 0)
		return TUG_OK;
	(void)snprintf(service, sizeof(service), "%u", port);
	if (uv_getaddrinfo(loop, &req, NULL, host, service, &want) != 0 || !req.addrinfo)
		return TUG_EADDR;
	memcpy(at, req.addrinfo->ai_addr, req.addrinfo->ai_addrlen);
	uv_freeaddrinfo(req.addrinfo);
	return TUG_OK;
}

/* "127.0.0.1:1337" or "[::1]:1337". */
static void local_name(const uv_udp_t *sock, char *name, size_t cap)
{
	struct sockaddr_storage at;
	int len = sizeof(at);
	char host[64];

	if (uv_udp_getsockname(sock, (struct sockaddr *)&at, &len) != 0) {
		(void)snprintf(name, cap, "?");
	} else if (at.ss_family == AF_INET6) {
		(void)uv_ip6_name((const struct sockaddr_in6 *)&at, host, sizeof(host));
		(void)snprintf(name, cap, "[%s]:%u", host, ntohs(((const struct sockaddr_in6 *)&at)->sin6_port));
	} else {
		(void)uv_ip4_name((const struct sockaddr_in *)&at, host, sizeof(host));
		(void)snprintf(name, cap, "%s:%u", host, ntohs(((const struct sockaddr_in *)&at)->sin_port));
	}
}

static int bind_error(const char *host, uint16_t port, int uv_err, char *why, size_t why_cap)
{
	if (uv_err == UV_EADDRINUSE)
		return tug_link_why(why, why_cap, TUG_EBUSY, "UDP port %u of %s is taken by another program; choose another",
			       port, host);
	if (uv_err == UV_EACCES || uv_err == UV_EPERM)
		return tug_link_why(why, why_cap, TUG_EACCESS, "no permission for UDP port %u; use one above 1023", port);
	if (uv_err == UV_EADDRNOTAVAIL)
		return tug_link_why(why, why_cap, TUG_EADDR, "%s is not an address of this machine; listen on 127.0.0.1, ::1, 0.0.0.0 or one "
				    "that 'ip address' shows", host);
	return tug_link_why(why, why_cap, TUG_ELINK, "cannot listen on %s port %u: %s", host, port, uv_strerror(uv_err));
}

int tug_endpoint_udp(struct uv_loop_s *loop, const struct tug_endpoint_udp_cfg *cfg,
		     const struct tug_endpoint_events *ev, struct tug_endpoint **out, char *name, size_t name_cap)
{
	struct sockaddr_storage at;
	struct udp_endpoint *u;
	int err;

	if (resolve(loop, cfg->host, cfg->port, &at) != TUG_OK)
		return tug_link_why(name, name_cap, TUG_EADDR, "%s is neither an address nor a known name; listen on 127.0.0.1, ::1 or 0.0.0.0", cfg->host);
	u = calloc(1, sizeof(*u));
	if (!u)
		return tug_link_why(name, name_cap, TUG_EINTERNAL, "out of memory");
	u->head.ops = &udp_ops;
	u->head.ev = *ev;
	u->head.hold = (struct tug_hold){ .release = free, .self = u };
	(void)uv_udp_init(loop, &u->sock);
	u->sock.data = &u->head.hold;
	tug_hold_get(&u->head.hold);
	err = uv_udp_bind(&u->sock, (const struct sockaddr *)&at, 0);
	if (!err)
		err = uv_udp_recv_start(&u->sock, on_alloc, on_recv);
	if (err) {
		udp_close(&u->head);
		return bind_error(cfg->host, cfg->port, err, name, name_cap);
	}
	local_name(&u->sock, name, name_cap);
	*out = &u->head;
	return TUG_OK;
}
