/** Rules that need facts of Azure: C16, C19. */
@NullMarked
package io.podidentity.podid.check.rules.azure;

import org.jspecify.annotations.NullMarked;
