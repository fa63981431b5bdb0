import type { ErrorClass } from '../../domain/publishing/system.js';
import type { Claim, Settlement } from './publishing-queue.js';

/** How one call to a system's API ended. */
export type CallResult = 'OK' | ErrorClass;

/** Counts what this process does; nothing is stored, and nothing that it is told can fail. */
export interface Meter {
  /** A claim was settled: outcomes, and how long what was delivered had taken since its change was applied. */
  settled(claim: Claim, settlement: Settlement): void;
  apiCall(system: string, result: CallResult): void;
  /** What is left of a system's rate budget, and how much it holds when full, in its own points. */
  bucket(system: string, left: number, full: number): void;
  /** A system answered in the version of its API that was asked for, or in another. */
  apiVersion(system: string, isAsAsked: boolean): void;
}

/** For who does not ask. */
export const UNMETERED: Meter = { settled() {}, apiCall() {}, bucket() {}, apiVersion() {} };

/**
 * What /metrics answers. A class, so that it can be its own injection token: the porch knows what a process counts, and
 * whoever is scraped only asks.
 */
export abstract class Metrics {
  /** Prometheus text. Facts of the database are a few seconds old at most, and asked for once however often it is called. */
  abstract render(): Promise<{ contentType: string; text: string }>;
}
