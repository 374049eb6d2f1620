import { assertEquals, assertRejects } from "@std/assert";
import { mayRunPrograms } from "../tests/program.ts";
import { makeCertificate, temporaryFolder, toolTest } from "../tests/tools.ts";
import { inUrl, openListener, urlOf } from "./open_listener.ts";
import { StartError } from "./start_error.ts";

const TCP = { host: "127.0.0.1", port: 0, unix: undefined, tls: undefined };

Deno.test("openListener listens on a free port, and says which", async () => {
  const listener = await openListener(TCP);
  const { port } = listener.addr as Deno.NetAddr;
  assertEquals(urlOf(listener.addr, false), `http://127.0.0.1:${port}/`);
  assertEquals(urlOf(listener.addr, true), `https://127.0.0.1:${port}/`);
  const error = await assertRejects(() => openListener({ ...TCP, port }), StartError);
  assertEquals(error.message, `Cannot listen on "127.0.0.1:${port}": the address is in use`);
  listener.close();
});

Deno.test("openListener says that an address is not of this machine", async () => {
  const error = await assertRejects(() => openListener({ ...TCP, host: "192.0.2.1" }), StartError);
  assertEquals(error.message, 'Cannot listen on "192.0.2.1:0": this machine does not have the address');
});

Deno.test("inUrl and urlOf write addresses of all kinds", () => {
  assertEquals([inUrl("::1"), inUrl("a.example")], ["[::1]", "a.example"]);
  assertEquals(urlOf({ transport: "unix", path: "/run/a" }, false), "unix:/run/a");
  assertEquals(urlOf({ transport: "vsock" } as unknown as Deno.Addr, false), "");
});

// On disk, and with sockets of unix: left out where that may not be done.
const onDisk = { ignore: !mayRunPrograms || Deno.build.os === "windows" };

Deno.test({
  ...onDisk,
  name: "openListener opens a unix socket for owner and group, removes one that is stale, and nothing else",
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/s`;
    const listener = await openListener({ ...TCP, unix: path });
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o660);
    const used = await assertRejects(() => openListener({ ...TCP, unix: path }), StartError);
    assertEquals(used.message, `Cannot listen on "${path}": the address is in use`);
    const moved = `${folder.path}/t`;
    await Deno.rename(path, moved);
    listener.close(); // removes its path, which is another one now
    (await openListener({ ...TCP, unix: moved })).close();
    await Deno.writeTextFile(`${folder.path}/file`, "");
    const file = await assertRejects(() => openListener({ ...TCP, unix: `${folder.path}/file` }), StartError);
    assertEquals(file.message, `Cannot listen on "${folder.path}/file": there is a file that is no socket`);
    const none = `${folder.path}/none/s`;
    const error = await assertRejects(() => openListener({ ...TCP, unix: none }), StartError);
    assertEquals(error.message.startsWith(`Cannot listen on "${none}": `), true);
  },
});

toolTest(["openssl"], "openListener reads a certificate, and names a file that it cannot read", async () => {
  await using folder = await temporaryFolder();
  const tls = await makeCertificate(folder.path, "a");
  const listener = await openListener({ ...TCP, tls }, { reusePort: Deno.build.os === "linux" });
  listener.close();
  const cert = `${folder.path}/none.pem`;
  const error = await assertRejects(() => openListener({ ...TCP, tls: { ...tls, cert } }), StartError);
  assertEquals(error.message, `Cannot read "${cert}": there is no such file`);
  const isFolder = await assertRejects(() => openListener({ ...TCP, tls: { ...tls, key: folder.path } }), StartError);
  assertEquals(isFolder.message, `Cannot read "${folder.path}": it is a folder`);
  for (const wrong of [{ ...tls, cert: tls.key }, { ...tls, key: (await makeCertificate(folder.path, "b")).key }]) {
    const { message } = await assertRejects(() => openListener({ ...TCP, tls: wrong }), StartError);
    assertEquals(message.startsWith(`Cannot use "${wrong.cert}" with "${wrong.key}": `), true, message);
  }
  const unknown = await assertRejects(() => openListener({ ...TCP, host: "siesta.invalid", tls }), StartError);
  assertEquals(unknown.message.startsWith('Cannot listen on "siesta.invalid:0": '), true, unknown.message);
});
