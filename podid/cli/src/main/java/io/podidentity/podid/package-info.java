/** The command {@code podid}: start at {@code Podid}. Each command has a package of its own below this one. */
@NullMarked
package io.podidentity.podid;

import org.jspecify.annotations.NullMarked;
