/** Whole heads as real clients send them: browsers, tools, libraries, proxies, health checks (RFC 9110 7 to 12). */
import { accepted, type WireCase } from "./wire_case.ts";

const FIELDS = "RFC 9110 6.3";
const NEGOTIATION = "RFC 9110 12.5";
const CONDITIONAL = "RFC 9110 13.1";
const RANGE = "RFC 9110 14.2";
const HEALTH = "RFC 9110 7.1";

export const cases: WireCase[] = [
  accepted(
    NEGOTIATION,
    "Chrome asks for a page",
    "GET / HTTP/1.1\r\nHost: localhost:7878\r\nConnection: keep-alive\r\n" +
      'sec-ch-ua: "Chromium";v="131", "Not_A Brand";v="24"\r\nsec-ch-ua-mobile: ?0\r\n' +
      'sec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\n' +
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n" +
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
      "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n" +
      "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n",
    {
      method: "GET",
      target: "/",
      fields: {
        "sec-ch-ua-mobile": "?0",
        "accept-encoding": "gzip, deflate, br, zstd",
        "sec-ch-ua": '"Chromium";v="131", "Not_A Brand";v="24"',
      },
    },
  ),
  accepted(
    NEGOTIATION,
    "Firefox asks for a picture",
    "GET /missing.png HTTP/1.1\r\nHost: 127.0.0.1:7878\r\n" +
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0\r\n" +
      "Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5\r\nAccept-Language: de,en;q=0.5\r\n" +
      "Accept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\nReferer: http://127.0.0.1:7878/\r\n" +
      "Priority: u=6\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n",
    { method: "GET", target: "/missing.png", fields: { priority: "u=6", referer: "http://127.0.0.1:7878/" } },
  ),
  accepted(
    NEGOTIATION,
    "Safari with a cookie",
    "GET /missing.css HTTP/1.1\r\nHost: example.org\r\nAccept: text/css,*/*;q=0.1\r\n" +
      'Cookie: theme=dark; session="a b"; empty=; utf=\xc3\xa9\r\nConnection: keep-alive\r\nAccept-Language: fr-FR\r\n' +
      "User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
      "Version/18.1 Safari/605.1.15\r\nAccept-Encoding: gzip, deflate\r\n\r\n",
    {
      method: "GET",
      target: "/missing.css",
      fields: { cookie: 'theme=dark; session="a b"; empty=; utf=\xc3\xa9' },
    },
  ),
  accepted(
    CONDITIONAL,
    "browser asks whether a page is still fresh",
    'GET /missing HTTP/1.1\r\nHost: example.org\r\nIf-None-Match: W/"5f-18c", "a,b"\r\n' +
      "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT\r\nCache-Control: max-age=0\r\n\r\n",
    {
      method: "GET",
      target: "/missing",
      fields: { "if-none-match": 'W/"5f-18c", "a,b"', "if-modified-since": "Sat, 29 Oct 1994 19:43:31 GMT" },
    },
  ),
  accepted(
    RANGE,
    "browser seeks in a video",
    "GET /missing.mp4 HTTP/1.1\r\nHost: example.org\r\nRange: bytes=1048576-\r\nAccept-Encoding: identity;q=1, *;q=0\r\n" +
      'If-Range: "v1"\r\nSec-Fetch-Dest: video\r\n\r\n',
    { method: "GET", target: "/missing.mp4", fields: { range: "bytes=1048576-", "if-range": '"v1"' } },
  ),
  accepted(
    "RFC 9110 9.3.7",
    "browser asks across origins first",
    "OPTIONS /api HTTP/1.1\r\nHost: example.org\r\nOrigin: https://app.example\r\n" +
      "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type,x-token\r\n\r\n",
    {
      method: "OPTIONS",
      target: "/api",
      fields: { "access-control-request-method": "PUT", "access-control-request-headers": "content-type,x-token" },
    },
  ),
  accepted(
    "RFC 9110 7.8",
    "browser wants a WebSocket, which is not spoken",
    "GET /missing HTTP/1.1\r\nHost: example.org\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    { method: "GET", target: "/missing", fields: { upgrade: "websocket" }, persistent: true },
  ),
  accepted(
    "RFC 9110 9.3.3",
    "browser sends a form",
    "POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
      "Content-Length: 17\r\nOrigin: http://example.org\r\n\r\nname=tea&cups=2+3",
    { method: "POST", target: "/form", content: "name=tea&cups=2+3" },
  ),
  accepted(
    "RFC 9110 9.3.3",
    "browser uploads a file",
    "POST /upload HTTP/1.1\r\nHost: example.org\r\nContent-Type: multipart/form-data; boundary=x\r\n" +
      'Content-Length: 72\r\n\r\n--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n\0\xff\r\n--x--',
    {
      method: "POST",
      target: "/upload",
      content: '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n\0\xff\r\n--x--',
    },
  ),
  accepted(
    "RFC 9112 2",
    "HTML form whose type pretends to be a head",
    "POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Type: text/plain\r\nContent-Length: 38\r\n\r\n" +
      "GET /inner HTTP/1.1\r\nHost: example\r\n\r\n",
    { method: "POST", target: "/form", content: "GET /inner HTTP/1.1\r\nHost: example\r\n\r\n" },
  ),
  accepted(FIELDS, "curl", "GET / HTTP/1.1\r\nHost: localhost:7878\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n", {
    method: "GET",
    target: "/",
    fields: { "user-agent": "curl/7.88.1", accept: "*/*" },
  }),
  accepted(FIELDS, "curl -I", "HEAD / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n", {
    method: "HEAD",
    target: "/",
  }),
  accepted(
    FIELDS,
    "curl with a name and a password",
    "GET /missing HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic dXNlcjpwYXNz\r\nUser-Agent: curl/7.88.1\r\n\r\n",
    { method: "GET", target: "/missing", fields: { authorization: "Basic dXNlcjpwYXNz" } },
  ),
  accepted(
    FIELDS,
    "curl from standard input",
    "PUT /missing HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n" +
      "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n",
    { method: "PUT", target: "/missing", content: "hello\n", expectsContinue: true },
  ),
  accepted(
    FIELDS,
    "wget",
    "GET / HTTP/1.1\r\nHost: localhost:7878\r\nUser-Agent: Wget/1.21.3\r\nAccept: */*\r\n" +
      "Accept-Encoding: identity\r\nConnection: Keep-Alive\r\n\r\n",
    { method: "GET", target: "/", persistent: true },
  ),
  accepted(
    FIELDS,
    "old wget",
    "GET / HTTP/1.0\r\nUser-Agent: Wget/1.5.3\r\nHost: localhost:7878\r\nAccept: */*\r\n\r\n",
    {
      method: "GET",
      target: "/",
      persistent: false,
    },
  ),
  accepted(
    FIELDS,
    "Lynx",
    "GET / HTTP/1.0\r\nHost: localhost:7878\r\nAccept: text/html, text/plain, text/sgml, text/css, */*;q=0.01\r\n" +
      "Accept-Encoding: gzip, compress, bzip2\r\nAccept-Language: en\r\nUser-Agent: Lynx/2.9.0dev.12\r\n\r\n",
    { method: "GET", target: "/", minorVersion: 0, persistent: false },
  ),
  accepted(
    FIELDS,
    "ApacheBench with keep-alive",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: localhost:7878\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n\r\n",
    { method: "GET", target: "/", minorVersion: 0, persistent: true },
  ),
  accepted(FIELDS, "wrk", "GET / HTTP/1.1\r\nHost: localhost:7878\r\n\r\n", { method: "GET", target: "/" }),
  accepted(
    FIELDS,
    "Node's fetch",
    "GET / HTTP/1.1\r\nhost: localhost:7878\r\nconnection: keep-alive\r\naccept: */*\r\naccept-language: *\r\n" +
      "sec-fetch-mode: cors\r\nuser-agent: node\r\naccept-encoding: gzip, deflate\r\n\r\n",
    { method: "GET", target: "/", fields: { host: "localhost:7878", "accept-language": "*" } },
  ),
  accepted(
    FIELDS,
    "Python's urllib",
    "GET / HTTP/1.1\r\nAccept-Encoding: identity\r\nHost: localhost:7878\r\nUser-Agent: Python-urllib/3.11\r\n" +
      "Connection: close\r\n\r\n",
    { method: "GET", target: "/", persistent: false },
  ),
  accepted(
    FIELDS,
    "Go's client",
    "GET / HTTP/1.1\r\nHost: localhost:7878\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n",
    { method: "GET", target: "/" },
  ),
  accepted(
    "RFC 9110 7.8",
    "Java's client offers HTTP/2 in clear text",
    "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nHost: localhost:7878\r\n" +
      "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\nUser-Agent: Java-http-client/21.0.1\r\n\r\n",
    { method: "GET", target: "/", fields: { upgrade: "h2c" }, persistent: true },
  ),
  accepted(
    "RFC 9110 10.1.4",
    "Perl's LWP lists its transfer codings",
    "GET / HTTP/1.1\r\nTE: deflate,gzip;q=0.3\r\nConnection: TE, close\r\nHost: localhost\r\nUser-Agent: lwp-request/6.68\r\n\r\n",
    { method: "GET", target: "/", fields: { te: "deflate,gzip;q=0.3" }, persistent: false },
  ),
  accepted(
    "RFC 9110 9.3.3",
    "gRPC over the wrong protocol",
    "POST /service/Method HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc\r\nTE: trailers\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n5\r\n\0\0\0\0\0\r\n0\r\ngrpc-status: 0\r\n\r\n",
    { method: "POST", target: "/service/Method", content: "\0\0\0\0\0", fields: { "grpc-status": null } },
  ),
  accepted(
    FIELDS,
    "Windows looks for WebDAV",
    "PROPFIND /missing HTTP/1.1\r\nConnection: Keep-Alive\r\nUser-Agent: Microsoft-WebDAV-MiniRedir/10.0.19045\r\n" +
      "Depth: 0\r\ntranslate: f\r\nContent-Length: 0\r\nHost: localhost\r\n\r\n",
    { method: "PROPFIND", target: "/missing", fields: { depth: "0" } },
  ),
  accepted(
    FIELDS,
    "git over HTTP",
    "GET /repository.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: localhost\r\nUser-Agent: git/2.39.5\r\n" +
      "Accept: */*\r\nAccept-Encoding: deflate, gzip\r\nPragma: no-cache\r\nGit-Protocol: version=2\r\n\r\n",
    {
      method: "GET",
      target: "/repository.git/info/refs?service=git-upload-pack",
      path: "/repository.git/info/refs",
      query: "service=git-upload-pack",
    },
  ),
  accepted(
    RANGE,
    "apt goes on with half a package",
    "GET /debian/pool/main/t/tea_1.0%2bdfsg-1_all.deb HTTP/1.1\r\nHost: localhost\r\n" +
      "User-Agent: Debian APT-HTTP/1.3 (2.6.1)\r\nRange: bytes=500-\r\nIf-Range: Sat, 29 Oct 1994 19:43:31 GMT\r\n\r\n",
    { method: "GET", target: "/debian/pool/main/t/tea_1.0%2bdfsg-1_all.deb", fields: { range: "bytes=500-" } },
  ),
  accepted(
    "RFC 9110 10.1.2",
    "crawler",
    "GET /missing.txt HTTP/1.1\r\nHost: example.org\r\nConnection: keep-alive\r\nAccept: text/plain,text/html,*/*\r\n" +
      "From: crawler(at)example.net\r\nUser-Agent: Mozilla/5.0 (compatible; Examplebot/2.1; +http://example.net/bot)\r\n" +
      "Accept-Encoding: gzip, deflate, br\r\n\r\n",
    { method: "GET", target: "/missing.txt", fields: { from: "crawler(at)example.net" } },
  ),
  accepted(
    "RFC 9112 3.2.2",
    "client that takes the server for its proxy",
    "GET http://example.org/missing HTTP/1.1\r\nHost: example.org\r\nProxy-Connection: Keep-Alive\r\nUser-Agent: curl/7.88.1\r\n\r\n",
    { method: "GET", target: "http://example.org/missing", path: "/missing", persistent: true },
  ),
  accepted(
    "RFC 9112 3.2.3",
    "curl that takes the server for its proxy",
    "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nUser-Agent: curl/7.88.1\r\nProxy-Connection: Keep-Alive\r\n\r\n",
    {
      method: "CONNECT",
      persistent: false,
      target: "example.org:443",
    },
  ),
  accepted(
    FIELDS,
    "nginx in front",
    "GET /missing HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\nX-Real-IP: 192.0.2.1\r\n" +
      "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n",
    {
      method: "GET",
      target: "/missing",
      fields: { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" },
      persistent: false,
    },
  ),
  accepted(
    "RFC 9110 7.6.3",
    "two proxies in front",
    "GET /missing HTTP/1.1\r\nHost: example.org\r\n" +
      "Via: 1.1 varnish\r\nVia: 1.1 edge.example (squid/5.7)\r\nX-Forwarded-For: 192.0.2.1, 198.51.100.7\r\n" +
      "Max-Forwards: 10\r\nCache-Control: max-age=259200\r\n\r\n",
    {
      method: "GET",
      target: "/missing",
      fields: { via: "1.1 varnish, 1.1 edge.example (squid/5.7)", "max-forwards": "10" },
    },
  ),
  accepted(HEALTH, "HAProxy's health check", "OPTIONS / HTTP/1.0\r\n\r\n", {
    method: "OPTIONS",
    target: "/",
    persistent: false,
  }),
  accepted(
    HEALTH,
    "health check of a container platform",
    "GET /livez HTTP/1.1\r\nHost: 10.0.0.7:7878\r\n" +
      "User-Agent: kube-probe/1.31\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    {
      method: "GET",
      target: "/livez",
      persistent: false,
    },
  ),
  accepted(
    HEALTH,
    "Prometheus",
    "GET /metrics HTTP/1.1\r\nHost: localhost:7878\r\nUser-Agent: Prometheus/2.55.1\r\n" +
      "Accept: application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n" +
      "X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n",
    {
      method: "GET",
      target: "/metrics",
      fields: { "x-prometheus-scrape-timeout-seconds": "10" },
    },
  ),
];
