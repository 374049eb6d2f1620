/** The access log as GoAccess reads it. */
import { assertEquals } from "@std/assert";
import { startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { runTool, temporaryFolder, toolTest } from "./tools.ts";

toolTest(["goaccess"], "GoAccess parses 10,000 lines of the combined format, and finds none invalid", async () => {
  await using folder = await temporaryFolder();
  await using program = await startProgram(["--log=combined"]);
  using client = await RawClient.connect(program.port);
  const agents = ["Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0", 'a "quoted" \\ one', "", "\xe9t\xe9"];
  for (let i = 0; i < 100; i++) {
    const requests = Array.from({ length: 100 }, (_, j) => {
      const fields = `User-Agent: ${agents[j % 4]}\r\nReferer: http://a.example/${j}?q="x"\r\n`;
      return `GET /${j % 3 === 0 ? "" : `page-${j}?q=${i}`} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
    });
    await client.send(requests.join(""));
    for (let j = 0; j < 100; j++) await client.answer();
  }
  const { stdout } = await program.end();
  const lines = stdout.split("\n").filter((line) => line.startsWith("127.0.0.1 "));
  assertEquals(lines.length, 10_000);
  await Deno.writeTextFile(`${folder.path}/access.log`, lines.map((line) => `${line}\n`).join(""));
  const args = [
    `${folder.path}/access.log`,
    "--log-format=COMBINED",
    "-o",
    `${folder.path}/report.json`,
    "--no-progress",
  ];
  const { code, stderr } = await runTool("goaccess", args);
  assertEquals(code, 0, stderr);
  const { general } = JSON.parse(await Deno.readTextFile(`${folder.path}/report.json`));
  assertEquals([general.valid_requests, general.failed_requests], [10_000, 0]);
});
