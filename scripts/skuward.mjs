#!/usr/bin/env node
// The command `skuward`. A file of its own, because a compiled one loses its executable bit with every build.
import '../dist/main.js';
