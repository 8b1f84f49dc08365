import nodeUtil from "node:util";
import { NEVER_LOST, type TensorFlowNamespace, type TfjsDevice } from "./device.js";
import { DeviceAbsentError, loadPackage, useBackend } from "./packages.js";

const NAME = "cuda";
/** Typed so that neither compiler nor bundler looks for it: it can only be installed where its binaries can be downloaded. */
const PACKAGE: string = "@tensorflow/tfjs-node-gpu";
/** Node 23 took away a function that tfjs-node 4.22 calls; its repair was never published (tensorflow/tfjs#8425). */
const SHIM =
  "NODE_OPTIONS='--import=data:text/javascript,import%20u%20from%20%22node:util%22;u.isNullOrUndefined=v=>v==null'";

/** What stands for the package, and for Node, where they are others. */
export interface CudaSurroundings {
  /** Gives the package's namespace. */
  readonly load?: () => Promise<TensorFlowNamespace>;
  /** The name of its back end. */
  readonly backend?: string;
  readonly util?: object;
  readonly nodeVersion?: string;
}

/**
 * TensorFlow's own kernels on an NVIDIA GPU, through @tensorflow/tfjs-node-gpu, an optional peer.
 *
 * Throws DeviceAbsentError under a Node that the package does not work with, without the package, and when it finds no GPU.
 */
export async function openCuda(surroundings: CudaSurroundings = {}): Promise<TfjsDevice> {
  const {
    load = () => import(PACKAGE) as Promise<TensorFlowNamespace>,
    backend = "tensorflow",
    util = nodeUtil,
    nodeVersion = process.version,
  } = surroundings;
  if (!("isNullOrUndefined" in util)) {
    throw new DeviceAbsentError(
      NAME,
      `Node ${nodeVersion} has no util.isNullOrUndefined, which ${PACKAGE} and its installation call. ` +
        `Use Node 22, or put this before the command: ${SHIM}`,
    );
  }
  const tf = await loadPackage(NAME, PACKAGE, load);
  await useBackend(NAME, tf, backend);
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  if (isUsingGpuDevice === false) {
    throw new DeviceAbsentError(
      NAME,
      `${PACKAGE} finds no GPU: it needs an NVIDIA driver, CUDA 11.2 and cuDNN 8.1.`,
    );
  }
  return {
    name: NAME,
    tf,
    adapter: `TensorFlow.js ${tf.version_core}, back end "${backend}"`,
    limits: {},
    isSoftwareGpu: false,
    lost: NEVER_LOST,
    close() {},
  };
}
