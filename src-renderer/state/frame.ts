/** Runs a task once before the next paint, however often it is asked for. While the window is hidden it waits. */
export interface FrameTask {
  request(): void;
  dispose(): void;
}

/** As much of a window as is needed to wait for a paint. */
export interface Frames {
  requestAnimationFrame(callback: () => void): number;
  cancelAnimationFrame(handle: number): void;
}

export function createFrameTask(frames: Frames, run: () => void): FrameTask {
  let handle: number | undefined;
  return {
    request() {
      handle ??= frames.requestAnimationFrame(() => {
        handle = undefined;
        run();
      });
    },
    dispose() {
      if (handle !== undefined) frames.cancelAnimationFrame(handle);
      handle = undefined;
    },
  };
}
