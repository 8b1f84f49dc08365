import { RlAdanError } from "../errors.js";

/**
 * One shared WebAssembly memory, cut into named regions, so that kernels, actors and the learner, in whatever
 * thread, read and write the same numbers. Regions are only added; a grown shared memory keeps every earlier view.
 */
export class Arena implements RegionSource {
  readonly memory: WebAssembly.Memory;
  readonly #regions: ArenaRegion[];
  readonly #buffers = new WeakSet<object>();
  #end: number;

  private constructor(memory: WebAssembly.Memory, regions: readonly ArenaRegion[]) {
    this.memory = memory;
    this.#regions = [...regions];
    this.#end = regions.reduce(
      (end, region) => Math.max(end, region.offset + regionBytes(region)),
      FIRST_OFFSET,
    );
  }

  /** Throws a sentence when the system does not let it have the addresses. */
  static create(): Arena {
    const limit = { initial: 1, maximum: MAX_PAGES, shared: true };
    return new Arena(
      refusedInWords(MAX_PAGES * PAGE_BYTES, () => new WebAssembly.Memory(limit)),
      [],
    );
  }

  /** The same memory seen from another thread. */
  static attach(memory: WebAssembly.Memory, regions: readonly ArenaRegion[]): Arena {
    return new Arena(memory, regions);
  }

  get regions(): readonly ArenaRegion[] {
    return this.#regions;
  }

  /** Adds a zero-filled region. Throws when the name is taken, the memory's limit is reached or the system has no more. */
  allocate<T extends RegionType>(name: string, type: T, length: number): RegionArray[T] {
    if (this.#regions.some((region) => region.name === name)) {
      throw new RlAdanError("arena-name", `The arena has a region "${name}" already.`);
    }
    const region: ArenaRegion = { name, type, offset: this.#end, length };
    const end = this.#end + alignedBytes(region);
    checkLimit(`Region "${name}"`, end);
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) refusedInWords(end, () => this.memory.grow(Math.ceil(missing / PAGE_BYTES)));
    this.#regions.push(region);
    this.#end = end;
    return this.#view(region) as RegionArray[T];
  }

  /** Throws, before any of it is taken, when what was planned would go beyond the memory's limit. what: begins the sentence. */
  checkRoom(what: string, plan: ArenaPlan): void {
    checkLimit(what, this.#end + plan.bytes);
  }

  /** The view of a region that exists. */
  get<T extends RegionType>(name: string, type: T): RegionArray[T] {
    const region = this.#regions.find((candidate) => candidate.name === name && candidate.type === type);
    if (region === undefined)
      throw new RlAdanError("arena-name", `The arena has no ${type} region "${name}".`);
    return this.#view(region) as RegionArray[T];
  }

  /** Whether an array is a view of this memory. A grown shared memory has several buffer objects: all that were handed out count. */
  owns(array: ArrayBufferView): boolean {
    return this.#buffers.has(array.buffer);
  }

  #view(region: ArenaRegion): RegionArray[RegionType] {
    this.#buffers.add(this.memory.buffer);
    return new VIEWS[region.type](this.memory.buffer, region.offset, region.length);
  }
}

/** Whoever gives out regions. */
export interface RegionSource {
  allocate<T extends RegionType>(name: string, type: T, length: number): RegionArray[T];
}

/** Counts what regions would take in an arena, and gives out empty ones: what is made of them knows its size before it has any. */
export class ArenaPlan implements RegionSource {
  bytes = 0;

  allocate<T extends RegionType>(_name: string, type: T, length: number): RegionArray[T] {
    this.bytes += alignedBytes({ type, length });
    return new VIEWS[type](0) as RegionArray[T];
  }
}

export interface ArenaRegion {
  readonly name: string;
  readonly type: RegionType;
  readonly offset: number;
  readonly length: number;
}

export type RegionType = "f32" | "f64" | "i32" | "u8";

export interface RegionArray {
  f32: Float32Array;
  f64: Float64Array;
  i32: Int32Array;
  u8: Uint8Array;
}

const VIEWS = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const;

const PAGE_BYTES = 65536;
/** 2 GiB: half of what a 32-bit address reaches, so that byte offsets stay positive 32-bit integers. */
const MAX_PAGES = 32767;
/** A cache line: no two regions share one, so that threads don't contend for it. */
const ALIGNMENT_BYTES = 64;
/** Address 0 stays unused: a null pointer in a kernel should not hit a region. */
const FIRST_OFFSET = 1024;

/** Runs what asks the system for memory: a RangeError that says nothing more becomes a sentence. */
function refusedInWords<T>(bytes: number, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RlAdanError(
      "memory",
      `The system refuses a shared memory of ${mebibytes(bytes)}; raise its limit (ulimit -v, a container's), ` +
        "or choose a smaller rollout, minibatch or network.",
      { cause },
    );
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1 << 20))} MiB`;
}

function checkLimit(what: string, bytes: number): void {
  if (bytes <= MAX_PAGES * PAGE_BYTES) return;
  throw new RlAdanError(
    "arena-full",
    `${what} would bring the shared memory to ${mebibytes(bytes)}; its limit is ` +
      `${mebibytes(MAX_PAGES * PAGE_BYTES)}. Choose a smaller rollout, minibatch or network.`,
  );
}

function alignedBytes(region: Pick<ArenaRegion, "type" | "length">): number {
  return Math.ceil(regionBytes(region) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

function regionBytes({ type, length }: Pick<ArenaRegion, "type" | "length">): number {
  return length * VIEWS[type].BYTES_PER_ELEMENT;
}
