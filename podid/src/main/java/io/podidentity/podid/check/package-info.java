/** {@code podid check}: start at {@code CheckCommand}; to add a rule, copy one of the rooms below {@code rules}. */
@NullMarked
package io.podidentity.podid.check;

import org.jspecify.annotations.NullMarked;
