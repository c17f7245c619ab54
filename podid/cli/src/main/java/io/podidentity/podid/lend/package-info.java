/** The command {@code lend}: a person's sign-in for the containers on their machine; start at {@code LendCommand}. */
@NullMarked
package io.podidentity.podid.lend;

import org.jspecify.annotations.NullMarked;
