/** What every answer has: protection of browsers, and problems that say what to do. */
@NullMarked
package io.podidentity.demo.web;

import org.jspecify.annotations.NullMarked;
