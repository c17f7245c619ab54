/** What went wrong and what to do, the same for the page and for the API. */
@NullMarked
package io.podidentity.demo.problem;

import org.jspecify.annotations.NullMarked;
