/**
 * The one way in which files are written: whole, in one step, below the folder that was named, and removed at the next
 * start where a process was ended.
 */
@NullMarked
package io.podidentity.emulator.file;

import org.jspecify.annotations.NullMarked;
