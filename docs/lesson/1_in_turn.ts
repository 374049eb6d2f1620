// Step 1, the naive loop: take a visitor, answer, take the next one.
const encoder = new TextEncoder(), decoder = new TextDecoder();
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });

for await (const conn of listener) {
  await answer(conn); // the next visitor is taken when this one has his answer
}

async function answer(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4_096), length = await conn.read(buffer) ?? 0;
  const request = decoder.decode(buffer.subarray(0, length));
  if (request.startsWith("GET /sleep")) await new Promise((resolve) => setTimeout(resolve, 1_000));
  await conn.write(encoder.encode("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nHello\n"));
  conn.close();
}
