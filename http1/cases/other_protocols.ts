/** What other protocols send when they find this port: refused at the first octet that is not HTTP/1 (RFC 9112 3). */
import { incomplete, refused, type WireCase } from "./wire_case.ts";

const LINE = "RFC 9112 3";

function other(name: string, octets: string, status = 400): WireCase {
  return refused(LINE, name, octets, status);
}

export const cases: WireCase[] = [
  other("TLS ClientHello", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + "\xab".repeat(32)),
  other("SSL 2 ClientHello", "\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10"),
  // The first line of the connection preface is a well-formed request line; the rest never counts.
  other("HTTP/2 connection preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0", 505),
  other("PROXY protocol version 1", "PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
  other("PROXY protocol version 2", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"),
  other("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
  other("SMTP", "EHLO client.example\r\n"),
  other("FTP", "USER anonymous\r\n"),
  other("IRC", "NICK tea\r\nUSER tea 0 * :tea\r\n"),
  other("Gopher, an empty selector", "\r\n\t$\r\n"),
  other("Finger", "root\r\n"),
  other("Gemini", "gemini://localhost/\r\n"),
  other("RTSP", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
  other("SIP", "OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n\r\n"),
  other("Redis", "*1\r\n$4\r\nPING\r\n"),
  other("memcached", "stats\r\n"),
  other("AMQP", "AMQP\0\0\x09\x01"),
  other("PostgreSQL asks for TLS", "\0\0\0\x08\x04\xd2\x16\x2f"),
  other("SMB", "\0\0\0\x85\xffSMB\x72\0\0\0\0"),
  other("Remote Desktop", "\x03\0\0\x2f\x2a\xe0\0\0\0\0\0Cookie: mstshash=a\r\n"),
  other("SOCKS 5", "\x05\x01\0"),
  other("SOCKS 4", "\x04\x01\0\x50\x7f\0\0\x01\0"),
  other("Telnet options", "\xff\xfb\x1f\xff\xfb\x20"),
  other("XMPP", "<?xml version='1.0'?><stream:stream to='example.org'>"),
  other("JSON", '{"id":1,"jsonrpc":"2.0","method":"login"}\n'),
  other("BitTorrent", "\x13BitTorrent protocol\0\0\0\0\0\x10\0\x05"),
  other("byte order mark before a request", "\xef\xbb\xbfGET / HTTP/1.1\r\nHost: example.org\r\n\r\n"),
  other("request in UTF-16", "G\0E\0T\0 \0/\0 \0H\0T\0T\0P\0/\x001\0.\x001\0"),
  other("NULs only", "\0".repeat(64)),
  // One token octet could still become a method, so nothing can be said yet.
  incomplete("RFC 9112 8", "a digit and no more", "0"),
];
