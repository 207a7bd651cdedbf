"""Medians and ratios of rounds that were measured in turn."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """The middle of some values and how far they lie apart."""
    median: float
    low: float
    high: float

    @property
    def spread(self):
        """Distance of the extremes as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


def summary(values):
    values = list(values)
    if not values:
        raise ValueError("no values to take a median of")
    return Summary(statistics.median(values), min(values), max(values))


def ratios(numerators, denominators):
    """Of each round to the same round: what slowed the machine for a while slowed both."""
    numerators, denominators = list(numerators), list(denominators)
    if len(numerators) != len(denominators):
        raise ValueError("a ratio needs the same rounds on both sides")
    if not all(denominators):
        raise ValueError("a ratio to nothing")
    return summary(above / below for above, below in zip(numerators, denominators))


def per(amount, count):
    """The share of each; nothing was counted: nothing."""
    return amount / count if count else 0.0


def rotated(items, by):
    """The same items, another one first: no lane always follows the same other one."""
    items = list(items)
    by %= max(len(items), 1)
    return items[by:] + items[:by]
