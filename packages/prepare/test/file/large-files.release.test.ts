import { largeFiles } from "./large-files.ts";

// The largest size that is read.
largeFiles(1024 * 1024);
