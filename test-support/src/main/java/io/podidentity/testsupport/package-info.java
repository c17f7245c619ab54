/** What the tests of several modules share. Start at {@code Client}. */
@NullMarked
package io.podidentity.testsupport;

import org.jspecify.annotations.NullMarked;
