import { assertEquals } from "@std/assert";
import { type Linked, LinkedList } from "./linked_list.ts";

class Member implements Linked<Member> {
  older: Member | undefined;
  newer: Member | undefined;

  constructor(readonly name: string) {}
}

function setUp(names: string) {
  const members = [...names].map((name) => new Member(name)), list = new LinkedList<Member>();
  for (const member of members) list.add(member);
  return { members, list, text: () => [...list].map(({ name }) => name).join("") };
}

Deno.test("LinkedList keeps its members in the order in which they came, whoever leaves", () => {
  for (const [leaving, left] of [["", "abcd"], ["a", "bcd"], ["b", "acd"], ["d", "abc"], ["dab", "c"], ["cbda", ""]]) {
    const { members, list, text } = setUp("abcd");
    for (const name of leaving) assertEquals(list.delete(members["abcd".indexOf(name)]), true);
    assertEquals([text(), list.size], [left, left.length]);
    assertEquals(members.filter((member) => list.has(member)).map(({ name }) => name).join(""), left);
  }
});

Deno.test("LinkedList puts at the end who comes back, and takes nobody twice", () => {
  const { members: [a, b], list, text } = setUp("abc");
  list.delete(a);
  assertEquals(list.delete(a), false);
  list.add(a);
  list.add(a);
  list.add(b);
  assertEquals([text(), list.size], ["bca", 3]);
});

Deno.test("LinkedList leaves nothing with who has left that leads to others", () => {
  const { members, list } = setUp("abc");
  for (const member of [members[1], members[0], members[2]]) list.delete(member);
  assertEquals(members.map(({ older, newer }) => [older, newer]), Array(3).fill([undefined, undefined]));
});

Deno.test("LinkedList gives each of its members, though each leaves when it is given", () => {
  const { list } = setUp("abc");
  const given: string[] = [];
  for (const member of list) {
    given.push(member.name);
    list.delete(member);
  }
  assertEquals([given, list.size], [["a", "b", "c"], 0]);
});
