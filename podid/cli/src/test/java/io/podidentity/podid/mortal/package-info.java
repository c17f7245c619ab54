/** A file system on which a process ends, or a call fails, at the moment that a test chooses. */
@NullMarked
package io.podidentity.podid.mortal;

import org.jspecify.annotations.NullMarked;
