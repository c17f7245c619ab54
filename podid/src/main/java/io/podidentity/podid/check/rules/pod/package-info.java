/** Rules about pods and what they run: C10, C11, C13, C14, C21. */
@NullMarked
package io.podidentity.podid.check.rules.pod;

import org.jspecify.annotations.NullMarked;
