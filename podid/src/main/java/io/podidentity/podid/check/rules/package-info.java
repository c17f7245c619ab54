/** The list of all rules: {@code AllRules}. */
@NullMarked
package io.podidentity.podid.check.rules;

import org.jspecify.annotations.NullMarked;
