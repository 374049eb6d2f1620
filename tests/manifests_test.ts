/** The manifests of `deploy/`, held against the schemas of Kubernetes and the rules of Dockerfiles; no engine is needed. */
import { assert, assertEquals } from "@std/assert";
import { mayRunPrograms } from "./program.ts";

const read = (name: string) => Deno.readTextFile(new URL(`../deploy/${name}`, import.meta.url));

/** What is looked at of an object of the manifests. */
interface Manifest {
  kind: string;
  metadata: { name: string };
  // deno-lint-ignore no-explicit-any
  spec: any;
}

type Validate = ((data: unknown) => boolean) & { errors?: { keyword: string }[] | null };

/** The checks that are compiled from the OpenAPI documents of Kubernetes. They look into the environment when loaded. */
async function validators(): Promise<Record<string, Validate>> {
  const modules = await Promise.all([
    import("npm:kubernetes-models@5.1.0/_schemas/IoK8sApiAppsV1Deployment"),
    import("npm:kubernetes-models@5.1.0/_schemas/IoK8sApiCoreV1Service"),
    import("npm:kubernetes-models@5.1.0/_schemas/IoK8sApiPolicyV1PodDisruptionBudget"),
    import("npm:kubernetes-models@5.1.0/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler"),
  ]);
  const kinds = ["Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"];
  return Object.fromEntries(kinds.map((kind, i) => [kind, modules[i].validate as unknown as Validate]));
}

async function manifests(): Promise<Manifest[]> {
  const { parseAllDocuments } = await import("npm:yaml@2.9.1");
  return parseAllDocuments(await read("kubernetes/siesta.yaml"), { strict: true }).map((document) => {
    assertEquals(document.errors, []);
    return document.toJS();
  });
}

/** Finds what is wrong with an object: what the schema refuses, and fields that it never looked at, since it has none. */
function problemsOf(object: unknown, validate: Validate): string[] {
  const seen = new Set<string>();
  const isGood = validate(watched(object, "", seen));
  const refused = isGood ? [] : (validate.errors ?? []).map(({ keyword }) => keyword);
  return [...refused, ...pathsOf(object).filter((path) => !seen.has(path)).map((path) => `${path} is unknown`)];
}

/** The same object, which writes down each field that is read. */
function watched(value: unknown, path: string, seen: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(object, key) {
      const field = `${path}/${String(key)}`;
      seen.add(field);
      return watched(Reflect.get(object, key), field, seen);
    },
  });
}

function pathsOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}/${key}`, ...pathsOf(inner, `${path}/${key}`)]);
}

Deno.test({
  name: "deploy/kubernetes/ has only objects that the schemas of Kubernetes know, field by field",
  ignore: !mayRunPrograms,
  fn: async () => {
    const all = await manifests(), known = await validators();
    assertEquals(all.map(({ kind }) => kind), Object.keys(known));
    for (const object of all) assertEquals(problemsOf(object, known[object.kind]), [], object.kind);

    const [deployment] = all,
      broken = (change: (spec: Manifest["spec"]) => void) => {
        const copy = structuredClone(deployment);
        change(copy.spec);
        return problemsOf(copy, known.Deployment);
      };
    assertEquals(broken((spec) => spec.replicaz = 2), ["/spec/replicaz is unknown"]);
    assertEquals(broken((spec) => spec.replicas = "two"), ["type"]);
    assertEquals(broken((spec) => delete spec.template.spec.containers[0].name), ["required"]);
  },
});

Deno.test({
  name: "deploy/kubernetes/ fits together: labels, ports, names, and the time that a stop may take",
  ignore: !mayRunPrograms,
  fn: async () => {
    const [deployment, service, budget, scaler] = await manifests();
    const { template } = deployment.spec, [container] = template.spec.containers;
    for (
      const selector of [deployment.spec.selector.matchLabels, service.spec.selector, budget.spec.selector.matchLabels]
    ) {
      assertEquals(selector, template.metadata.labels);
    }
    const ports = new Map(
      container.ports.map((port: { name: string; containerPort: number }) =>
        [port.name, `${port.containerPort}`] as const
      ),
    );
    for (const { targetPort } of service.spec.ports) assert(ports.has(targetPort), targetPort);
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assertEquals(container[probe].httpGet.port, "admin", probe);
    }
    const given = (flag: string) => container.args[container.args.indexOf(flag) + 1];
    assertEquals([given("--port"), given("--admin")], [ports.get("http"), `0.0.0.0:${ports.get("admin")}`]);
    assertEquals(template.metadata.annotations["prometheus.io/port"], ports.get("admin"));
    assertEquals(scaler.spec.scaleTargetRef.name, deployment.metadata.name);
    // A budget that lets none go would hold every node up.
    assert(budget.spec.minAvailable < scaler.spec.minReplicas);
    const { preStop } = container.lifecycle;
    assert(template.spec.terminationGracePeriodSeconds > preStop.sleep.seconds + Number(given("--grace")));
    const volumes = template.spec.volumes.map(({ name }: { name: string }) => name);
    for (const { name } of container.volumeMounts) assert(volumes.includes(name), name);
  },
});

Deno.test({
  name: "deploy/Dockerfile is one that a linter is content with, runs as nobody and asks for its health",
  ignore: !mayRunPrograms,
  fn: async () => {
    const { validate } = await import("npm:dockerfile-utils@0.16.3");
    const problems = (text: string) => validate(text).map(({ message }) => message);
    const text = await read("Dockerfile");
    assertEquals(problems(text), []);
    assertEquals(problems(text.replace("--interval", "--intervall")), ["Unknown flag: intervall"]);
    const instructions = text.split("\n").filter((line) => /^[A-Z]/.test(line));
    const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));
    const one = (name: string) =>
      last.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
    assertEquals(one("USER"), ["nonroot:nonroot"]);
    // Without a shell in the image there is only this form.
    for (const name of ["ENTRYPOINT", "CMD"]) assertEquals(one(name).length, 1, name);
    const commands = [...one("ENTRYPOINT"), ...one("CMD"), one("HEALTHCHECK")[0].replace(/^.* CMD /, "")];
    for (const command of commands) assert(Array.isArray(JSON.parse(command)), command);
    assert(JSON.parse(one("HEALTHCHECK")[0].replace(/^.* CMD /, "")).includes("--check"));
  },
});
