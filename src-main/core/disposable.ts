/** Whatever is opened is closed by whoever opened it. Disposing twice does nothing. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

export interface SyncDisposable extends Disposable {
  dispose(): void;
}
